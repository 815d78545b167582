package dev.mien.sink;

import dev.mien.face.Face;
import dev.mien.face.Landmarks;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves one picture of each face, cut out with a margin, at its best moment: large, sharp and
 * turned to the camera. Its name is {@code SOURCE-TRACK-HH-MM-SS.mmm.jpg}, with the stream's time
 * of that moment. It is written when the face has left, or has been there for long.
 */
final class FaceFolderSink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(FaceFolderSink.class);

  /** On each side, as a share of the face. */
  private static final double MARGIN = 0.3;

  private static final long LEFT_AFTER = 1_000_000_000L;
  private static final long AT_LATEST_AFTER = 10_000_000_000L;

  /** A face that is smaller than this on a side gains from every pixel; above it size is enough. */
  private static final double LARGE = 160;

  /** The side to which faces are brought before their sharpness is compared. */
  private static final int COMPARED = 64;

  private static final int REMEMBERED = 4096;

  /** A face under way, with its best picture until now. */
  private static final class Best {
    private final long first;
    private long last;
    private long time;
    private double score = -1;
    private final Mat picture = new Mat();

    Best(long first) {
      this.first = first;
    }
  }

  private final Path folder;
  private final Outlet outlet;
  private final String source;
  private final Shelf shelf;
  private final LongAdder taken = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private volatile String trouble = "";
  private final Map<Long, Best> present = new LinkedHashMap<>();

  /** The faces that were written last: an id never comes twice, but a face may stay for hours. */
  private final Map<Long, Boolean> written =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  FaceFolderSink(Path folder, Outlet outlet) {
    this.folder = folder;
    this.outlet = outlet;
    Recording recording = outlet.recording();
    source =
        recording.dated()
            ? OutputFile.dated(outlet.fileName(), recording.clock())
            : outlet.fileName();
    OutputFile.openFolder(folder);
    shelf =
        new Shelf(
            folder, Pattern.compile(Pattern.quote(outlet.fileName()) + "-.*\\.jpg"), recording);
  }

  @Override
  public String name() {
    return folder + "/";
  }

  @Override
  public Want wants() {
    return Want.FACES;
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    long now = frame.timestamp();
    if (frame.hasPixels()) {
      for (Face face : observation.faces()) {
        if (written.get(face.id()) == null) {
          see(frame, face, present.computeIfAbsent(face.id(), id -> new Best(now)));
        }
      }
    }
    for (Map.Entry<Long, Best> one : List.copyOf(present.entrySet())) {
      Best best = one.getValue();
      if (now - best.last > LEFT_AFTER || now - best.first > AT_LATEST_AFTER) {
        save(one.getKey(), best);
      }
    }
  }

  private static void see(Frame frame, Face face, Best best) {
    best.last = frame.timestamp();
    Box box = face.detection().box();
    try (Mat cut = cut(frame, box)) {
      double score = score(face, box.clip(frame.size()), cut);
      if (score > best.score) {
        best.score = score;
        best.time = frame.timestamp();
        try (Mat larger = cut(frame, box.expand(MARGIN))) {
          larger.copyTo(best.picture);
        }
      }
    }
  }

  /** A view of the frame, which never is empty. */
  private static Mat cut(Frame frame, Box box) {
    Box inside = box.clip(frame.size());
    int x = Math.min((int) inside.x(), frame.size().width() - 1);
    int y = Math.min((int) inside.y(), frame.size().height() - 1);
    int right = Math.max(x + 1, Math.min((int) Math.ceil(inside.right()), frame.size().width()));
    int bottom = Math.max(y + 1, Math.min((int) Math.ceil(inside.bottom()), frame.size().height()));
    try (Rect place = new Rect(x, y, right - x, bottom - y)) {
      return new Mat(frame.image(), place);
    }
  }

  private static double score(Face face, Box box, Mat cut) {
    double size = Math.min(1, Math.min(box.width(), box.height()) / LARGE);
    Landmarks landmarks = face.detection().landmarks();
    double turned = landmarks == null ? 0.5 : Math.min(1, Math.abs(landmarks.turn()));
    return size * size * (1 - 0.8 * turned) * (0.2 + Math.sqrt(sharpness(cut)));
  }

  /**
   * The variance of the Laplacian over that of the picture (Pech-Pacheco et al., "Diatom
   * autofocusing in brightfield microscopy", 2000), at one size, so that large faces are not
   * punished.
   */
  private static double sharpness(Mat face) {
    try (Mat gray = new Mat();
        Mat small = new Mat();
        Mat edges = new Mat();
        Size side = new Size(COMPARED, COMPARED)) {
      opencv_imgproc.cvtColor(face, gray, opencv_imgproc.COLOR_BGR2GRAY);
      opencv_imgproc.resize(gray, small, side, 0, 0, opencv_imgproc.INTER_AREA);
      opencv_imgproc.Laplacian(small, edges, opencv_core.CV_32F);
      return Math.min(1, Math.pow(deviation(edges) / Math.max(1, deviation(small)), 2));
    }
  }

  private static double deviation(Mat values) {
    try (Mat mean = new Mat();
        Mat deviation = new Mat();
        DoubleIndexer first = deviations(values, mean, deviation)) {
      return first.get(0);
    }
  }

  private static DoubleIndexer deviations(Mat values, Mat mean, Mat deviation) {
    opencv_core.meanStdDev(values, mean, deviation);
    return deviation.createIndexer();
  }

  private void save(long id, Best best) throws IOException {
    present.remove(id);
    written.put(id, true);
    try (Mat picture = best.picture) {
      if (!shelf.tidy(null)) {
        throw new SinkException(folder + "/: " + OutputFile.FULL);
      }
      if (!Files.isDirectory(folder)) {
        log.warn("{}/: was removed; made anew", folder);
        Files.createDirectory(folder);
      }
      Picture.save(picture, folder.resolve("%s-%d-%s.jpg".formatted(source, id, time(best.time))));
      taken.increment();
      if (!trouble.isEmpty()) {
        log.info("{}/: written again; {} pictures are missing", folder, lost.sum());
        trouble = "";
      }
    } catch (IOException e) {
      SinkException failure = SinkException.of(folder + "/", e);
      if (!outlet.patient()) {
        throw failure;
      }
      if (trouble.isEmpty()) {
        log.warn("{}; tried again with the next face", failure.getMessage());
      }
      lost.increment();
      trouble = String.valueOf(failure.getMessage());
    }
  }

  private static String time(long nanos) {
    long millis = nanos / 1_000_000;
    return String.format(
        Locale.ROOT,
        "%02d-%02d-%02d.%03d",
        millis / 3_600_000,
        millis / 60_000 % 60,
        millis / 1000 % 60,
        millis % 1000);
  }

  @Override
  public @Nullable Delivery delivery() {
    return outlet.patient() ? new Delivery(taken.sum(), lost.sum(), trouble) : null;
  }

  @Override
  public void finish() throws IOException {
    for (Map.Entry<Long, Best> one : List.copyOf(present.entrySet())) {
      save(one.getKey(), one.getValue());
    }
  }

  @Override
  public void close() {
    present.values().forEach(best -> best.picture.close());
    present.clear();
  }
}
