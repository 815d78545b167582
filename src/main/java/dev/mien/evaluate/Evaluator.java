package dev.mien.evaluate;

import dev.mien.classify.Crop;
import dev.mien.classify.OnnxClassifier;
import dev.mien.dataset.Dataset;
import dev.mien.dataset.Example;
import dev.mien.dataset.Votes;
import dev.mien.detect.Detector;
import dev.mien.face.Classification;
import dev.mien.face.Detection;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.source.Still;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;
import org.jspecify.annotations.Nullable;

/**
 * Asks a model about every example of a dataset, one face at a time, and keeps what it said. Faces
 * are looked for, cut and asked about with the parts that live video goes through.
 */
public final class Evaluator {
  /** The overlap of a detection and a face that are the same (Pascal VOC). */
  private static final double SAME = 0.5;

  /** Heights of a face's box between which the classes of sizes lie, in pixels of the picture. */
  private static final int SMALL = 24;

  private static final int MIDDLE = 48;

  private static final int SHOWN = 24;
  private static final int SHOWN_SIDE = 128;

  /** Pictures without a box on which no face was found: the picture is taken whole. */
  static final String NO_FACE = "no face found, taken whole";

  private final Dataset dataset;
  private final OnnxClassifier classifier;
  private final @Nullable Detector detector;
  private final double sure;
  private final @Nullable Robustness robustness;

  private final List<Prediction> predictions = new ArrayList<>();
  private final Map<String, List<Prediction>> parts = new TreeMap<>();
  private final PriorityQueue<Mistake> mistakes =
      new PriorityQueue<>(Comparator.comparingDouble(Mistake::confidence));
  private final List<Long> nanos = new ArrayList<>();
  private int truth;
  private int found;
  private int detections;
  private int whole;

  /**
   * A judge that has judged nothing.
   *
   * @param dataset its labels are the model's, in the model's order
   * @param detector null where pictures are taken whole
   * @param sure score from which a detection is a face, 0..1
   * @param varied whether each face is asked about in other light, cuts and quality too
   */
  public Evaluator(
      Dataset dataset,
      OnnxClassifier classifier,
      @Nullable Detector detector,
      double sure,
      boolean varied) {
    this.dataset = dataset;
    this.classifier = classifier;
    this.detector = detector;
    this.sure = sure;
    this.robustness = varied ? new Robustness(classifier) : null;
  }

  /**
   * Goes through all pictures.
   *
   * @param progress hears how many pictures are done
   * @param stop is asked before each whether that is enough
   */
  public void run(IntConsumer progress, BooleanSupplier stop) throws IOException {
    int done = 0;
    for (Map.Entry<Path, List<Example>> picture : dataset.byPicture().entrySet()) {
      if (stop.getAsBoolean()) {
        return;
      }
      try (Frame frame = new Frame(done, 0, Still.read(picture.getKey()))) {
        Example first = picture.getValue().get(0);
        if (first.isNoFace()) {
          scene(frame, List.of());
        } else if (first.face() == null) {
          portrait(frame, first);
        } else {
          scene(frame, picture.getValue());
        }
      }
      progress.accept(++done);
    }
  }

  private List<Detection> detections(Frame frame) {
    return detector == null
        ? List.of()
        : detector.detect(frame).stream().filter(d -> d.confidence() >= sure).toList();
  }

  /** One label for the whole picture: that of its largest face. */
  private void portrait(Frame frame, Example example) {
    Optional<Box> face =
        detections(frame).stream().map(Detection::box).max(Comparator.comparingDouble(Box::area));
    long start = System.nanoTime();
    Classification said =
        face.isPresent()
            ? classifier.classify(List.of(new Crop(frame, face.get()))).get(0)
            : classifier.classifyWhole(frame);
    nanos.add(System.nanoTime() - start);
    if (detector != null && face.isEmpty()) {
      whole++;
    }
    Prediction prediction = keep(example, said);
    if (detector != null) {
      part(face.map(Evaluator::height).orElse(NO_FACE), prediction);
    }
    vary(frame, face.orElse(null), prediction);
    show(
        frame,
        face.orElse(new Box(0, 0, frame.size().width(), frame.size().height())),
        example,
        prediction);
  }

  /** Many faces, each with its box: the surest detections choose first. */
  private void scene(Frame frame, List<Example> faces) {
    List<Example> free = new ArrayList<>(faces);
    truth += (int) faces.stream().filter(e -> !difficult(e)).count();
    for (Detection detection : detections(frame)) {
      Optional<Example> match =
          free.stream()
              .filter(e -> overlap(e, detection) >= SAME)
              .max(Comparator.comparingDouble(e -> overlap(e, detection)));
      match.ifPresent(free::remove);
      if (match.isEmpty() || !difficult(match.get())) {
        detections++;
      }
      if (match.isEmpty()) {
        continue;
      }
      Example example = match.get();
      if (!difficult(example)) {
        found++;
      }
      if (example.label() != Example.NO_LABEL) {
        long start = System.nanoTime();
        Classification said = classifier.classify(List.of(new Crop(frame, detection.box()))).get(0);
        nanos.add(System.nanoTime() - start);
        Prediction prediction = keep(example, said);
        part(height(detection.box()), prediction);
        vary(frame, detection.box(), prediction);
        show(frame, detection.box(), example, prediction);
      }
    }
  }

  private void vary(Frame frame, @Nullable Box face, Prediction prediction) {
    if (robustness != null) {
      robustness.ask(frame, face, prediction);
    }
  }

  /** How far the answers stand other light, cameras and cuts; empty where that was not asked. */
  Map<String, Robustness.Row> robustness() {
    return robustness == null ? Map.of() : robustness.rows();
  }

  private static boolean difficult(Example example) {
    return example.part().equals(Example.DIFFICULT);
  }

  /** Far faces are the hard ones, so each class of sizes has its own row. */
  private static String height(Box face) {
    double pixels = face.height();
    return pixels < SMALL
        ? "face lower than %d pixels".formatted(SMALL)
        : pixels < MIDDLE
            ? "face of %d to %d pixels".formatted(SMALL, MIDDLE)
            : "face of %d pixels and more".formatted(MIDDLE);
  }

  private static double overlap(Example example, Detection detection) {
    return example.face() == null ? 0 : example.face().iou(detection.box());
  }

  private Prediction keep(Example example, Classification said) {
    Prediction prediction =
        new Prediction(
            example.label(),
            said.scores().stream().map(Classification.Score::probability).toList(),
            people(example));
    predictions.add(prediction);
    if (!example.part().isEmpty()) {
      part(dataset.labels().get(example.label()) + ", " + example.part(), prediction);
    }
    return prediction;
  }

  private static @Nullable People people(Example example) {
    @Nullable Votes votes = example.votes();
    return votes == null ? null : new People(votes.shares(), votes.agreement());
  }

  private void part(String name, Prediction prediction) {
    parts.computeIfAbsent(name, n -> new ArrayList<>()).add(prediction);
  }

  private void show(Frame frame, Box face, Example example, Prediction prediction) {
    Mistake least = mistakes.peek();
    if (prediction.tied()
        || prediction.right()
        || (mistakes.size() == SHOWN
            && least != null
            && least.confidence() >= prediction.confidence())) {
      return;
    }
    mistakes.add(
        new Mistake(
            example.picture().getFileName().toString(),
            dataset.labels().get(prediction.truth()),
            dataset.labels().get(prediction.answer()),
            prediction.confidence(),
            new Mistake.Jpeg(thumbnail(frame, face))));
    if (mistakes.size() > SHOWN) {
      mistakes.poll();
    }
  }

  /** The face with some of what is around it. */
  private static byte[] thumbnail(Frame frame, Box face) {
    Box box = face.square().expand(0.15).clip(frame.size());
    int x = (int) box.x();
    int y = (int) box.y();
    int width = Math.max(1, Math.min((int) box.width(), frame.size().width() - x));
    int height = Math.max(1, Math.min((int) box.height(), frame.size().height() - y));
    double scale = (double) SHOWN_SIDE / Math.max(width, height);
    try (Rect place = new Rect(x, y, width, height);
        Mat region = new Mat(frame.image(), place);
        Mat small = new Mat();
        Size size =
            new Size(
                Math.max(1, (int) Math.round(width * scale)),
                Math.max(1, (int) Math.round(height * scale)));
        BytePointer coded = new BytePointer()) {
      opencv_imgproc.resize(
          region,
          small,
          size,
          0,
          0,
          scale < 1 ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_LINEAR);
      opencv_imgcodecs.imencode(".jpg", small, coded);
      byte[] bytes = new byte[Math.toIntExact(coded.limit())];
      coded.get(bytes);
      return bytes;
    }
  }

  public List<Prediction> predictions() {
    return predictions;
  }

  /** By name; what was said of examples that share something. */
  Map<String, List<Prediction>> parts() {
    return parts;
  }

  /** The surest first. */
  List<Mistake> mistakes() {
    return mistakes.stream()
        .sorted(Comparator.comparingDouble(Mistake::confidence).reversed())
        .toList();
  }

  /** How the faces were found, where it is known where they are. */
  Optional<FaceScores> faces() {
    return truth == 0 ? Optional.empty() : Optional.of(new FaceScores(truth, found, detections));
  }

  /** Pictures that were taken whole because no face was found on them. */
  int takenWhole() {
    return whole;
  }

  /** The median over the faces: cutting one out and asking the model, one face a call. */
  double millis() {
    List<Long> sorted = nanos.stream().sorted().toList();
    return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2) / 1e6;
  }
}
