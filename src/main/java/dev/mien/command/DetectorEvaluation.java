package dev.mien.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.dataset.Dataset;
import dev.mien.dataset.Example;
import dev.mien.detect.Detector;
import dev.mien.evaluate.FaceScores;
import dev.mien.face.Detection;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.source.Still;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/** How well a detector finds the boxes of a dataset: in all, by label and by height. */
final class DetectorEvaluation {
  /** From which overlap on a detection is that face: boxes of another custom, and Pascal VOC's. */
  private static final List<Double> OVERLAPS = List.of(0.3, 0.5);

  /** Heights of a box between which the classes of sizes lie, in pixels of the picture. */
  private static final int SMALLEST = 16;

  private static final int SMALL = 24;
  private static final int MIDDLE = 48;
  private static final String ALL = "all";

  private final Dataset dataset;
  private final Detector detector;
  private final double sure;
  private final Map<Double, Map<String, int[]>> parts = new LinkedHashMap<>();
  private final Map<Double, Integer> detections = new TreeMap<>();
  private final List<Long> nanos = new ArrayList<>();

  /**
   * An evaluation of nothing yet.
   *
   * @param sure score from which a detection is a face, 0..1
   */
  DetectorEvaluation(Dataset dataset, Detector detector, double sure) {
    this.dataset = dataset;
    this.detector = detector;
    this.sure = sure;
  }

  /**
   * Goes through all pictures.
   *
   * @param progress hears how many pictures are done
   * @param stop is asked before each whether that is enough
   */
  void run(IntConsumer progress, BooleanSupplier stop) throws IOException {
    int done = 0;
    for (Map.Entry<Path, List<Example>> picture : dataset.byPicture().entrySet()) {
      if (stop.getAsBoolean()) {
        return;
      }
      try (Frame frame = new Frame(done, 0, Still.read(picture.getKey()))) {
        long start = System.nanoTime();
        List<Detection> found =
            detector.detect(frame).stream().filter(d -> d.confidence() >= sure).toList();
        nanos.add(System.nanoTime() - start);
        List<Example> faces = picture.getValue().stream().filter(e -> e.face() != null).toList();
        OVERLAPS.forEach(overlap -> count(overlap, faces, found));
      }
      progress.accept(++done);
    }
  }

  /** The surest detections choose first; each serves one face. */
  private void count(double overlap, List<Example> faces, List<Detection> found) {
    List<Example> free = new ArrayList<>(faces);
    int counting = 0;
    for (Detection detection : found) {
      Optional<Example> match =
          free.stream()
              .filter(e -> iou(e, detection) >= overlap)
              .max(Comparator.comparingDouble(e -> iou(e, detection)));
      match.ifPresent(free::remove);
      if (match.isEmpty() || !match.get().part().equals(Example.DIFFICULT)) {
        counting++;
      }
    }
    detections.merge(overlap, counting, Integer::sum);
    for (Example face : faces) {
      if (!face.part().equals(Example.DIFFICULT)) {
        int hit = free.contains(face) ? 0 : 1;
        for (String part : parts(face)) {
          int[] counts =
              parts
                  .computeIfAbsent(overlap, o -> new TreeMap<>())
                  .computeIfAbsent(part, p -> new int[2]);
          counts[0]++;
          counts[1] += hit;
        }
      }
    }
  }

  private List<String> parts(Example face) {
    Box box = face.face();
    double height = box == null ? 0 : box.height();
    String size =
        height < SMALLEST
            ? "height below %d".formatted(SMALLEST)
            : height < SMALL
                ? "height %d to %d".formatted(SMALLEST, SMALL)
                : height < MIDDLE
                    ? "height %d to %d".formatted(SMALL, MIDDLE)
                    : "height from %d".formatted(MIDDLE);
    return face.label() < 0
        ? List.of(ALL, size)
        : List.of(ALL, size, "label " + dataset.labels().get(face.label()));
  }

  private static double iou(Example example, Detection detection) {
    Box face = example.face();
    return face == null ? 0 : face.iou(detection.box());
  }

  private FaceScores scores(double overlap, String part) {
    int[] counts = parts.getOrDefault(overlap, Map.of()).getOrDefault(part, new int[2]);
    return new FaceScores(counts[0], counts[1], detections.getOrDefault(overlap, 0));
  }

  private double millis() {
    List<Long> sorted = nanos.stream().sorted().toList();
    return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2) / 1e6;
  }

  /** A table in Markdown, for people. */
  String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "from score %.2f, by %s, %.1f ms a picture; %d pictures",
        sure,
        detector.engine(),
        millis(),
        nanos.size());
    line(text, "| faces | n | recall at IoU 0.3 | recall at IoU 0.5 |");
    line(text, "|---|---|---|---|");
    for (String part : parts.getOrDefault(OVERLAPS.get(0), Map.of()).keySet()) {
      FaceScores loose = scores(OVERLAPS.get(0), part);
      FaceScores strict = scores(OVERLAPS.get(1), part);
      line(text, "| %s | %d | %.3f | %.3f |", part, loose.truth(), loose.recall(), strict.recall());
    }
    line(
        text,
        "precision against the marks: %.3f at IoU 0.3, %.3f at 0.5, of %d detections",
        scores(OVERLAPS.get(0), ALL).precision(),
        scores(OVERLAPS.get(1), ALL).precision(),
        detections.getOrDefault(OVERLAPS.get(0), 0));
    return text.toString();
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
  }

  /** The same for programs. */
  String json() throws JsonProcessingException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("pictures", nanos.size());
    all.put("score", sure);
    all.put("engine", detector.engine());
    all.put("ms_per_picture", millis());
    for (double overlap : OVERLAPS) {
      Map<String, Object> recalls = new LinkedHashMap<>();
      parts
          .getOrDefault(overlap, Map.of())
          .keySet()
          .forEach(
              p ->
                  recalls.put(
                      p,
                      Map.of(
                          "n", scores(overlap, p).truth(), "recall", scores(overlap, p).recall())));
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("precision", scores(overlap, ALL).precision());
      one.put("detections", detections.getOrDefault(overlap, 0));
      one.put("recall", recalls);
      all.put("iou_" + overlap, one);
    }
    return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all);
  }
}
