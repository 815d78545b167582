package dev.mien.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.annotate.Hide;
import dev.mien.face.Detection;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.model.Models;
import dev.mien.onnx.Device;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faces of clips, small and turned, on a plain ground: after hiding, none can be found. */
@Timeout(240)
final class HidingDetectorIT {
  /** What a head is more than the box of its face, on each side. */
  private static final double HEAD = 0.25;

  private static final List<Orientation> TURNS = List.copyOf(EnumSet.allOf(Orientation.class));

  private static final List<Mat> HEADS = new ArrayList<>();

  /** How high the faces of these heads are. */
  private static final List<Double> HEIGHTS = new ArrayList<>();

  @BeforeAll
  static void cutHeads() throws Exception {
    heads(Path.of("src/demo/cap13_edit2.mp4"), 60);
    String shared = System.getenv("MIEN_SHARED");
    Path media = (shared == null ? Path.of("../shared") : Path.of(shared)).resolve("media");
    for (String clip : List.of("deshraj_mask.mp4", "916_mask.mp4")) {
      if (Files.exists(media.resolve(clip))) {
        heads(media.resolve(clip), 50);
      }
    }
  }

  @AfterAll
  static void close() {
    HEADS.forEach(Mat::close);
  }

  private static void heads(Path clip, int every) throws Exception {
    try (Detector detector = Detectors.open(new Models(Path.of("models")).find("yunet"), 0.8);
        Source source = SourceAddress.parse(clip.toString()).open()) {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        try (Frame read = frame) {
          if (read.sequence() % every == 0) {
            detector.detect(read).forEach(d -> head(read, d.box()));
          }
        }
      }
    }
  }

  private static void head(Frame frame, Box face) {
    Box head = face.expand(HEAD);
    if (head.clip(frame.size()).equals(head)) {
      try (Rect place =
              new Rect((int) head.x(), (int) head.y(), (int) head.width(), (int) head.height());
          Mat part = new Mat(frame.image(), place)) {
        HEADS.add(part.clone());
        HEIGHTS.add(face.height());
      }
    }
  }

  /** A hundred heads, upright and turned by 90, 180 and 270 degrees in turn. */
  private static Frame scene(Size size, int smallest, int largest, List<Box> places) {
    try (Scalar gray = new Scalar(110, 120, 130, 0)) {
      Mat image = new Mat(size.height(), size.width(), opencv_core.CV_8UC3, gray);
      for (int i = 0; i < 100; i++) {
        double height = smallest + (largest - smallest) * i / 99.0;
        Mat head = HEADS.get(i % HEADS.size());
        double scale = height / HEIGHTS.get(i % HEADS.size());
        try (Mat scaled = new Mat();
            org.bytedeco.opencv.opencv_core.Size target =
                new org.bytedeco.opencv.opencv_core.Size(
                    (int) Math.round(head.cols() * scale), (int) Math.round(head.rows() * scale))) {
          opencv_imgproc.resize(head, scaled, target, 0, 0, opencv_imgproc.INTER_AREA);
          try (Mat turned = TURNS.get(i % 4).turn(scaled);
              Rect place =
                  new Rect(
                      size.width() * (i % 10) / 10 + 7 + i % 5,
                      size.height() * (i / 10) / 10 + 3 + i % 4,
                      turned.cols(),
                      turned.rows());
              Mat into = new Mat(image, place)) {
            turned.copyTo(into);
            double inside = HEAD / (1 + 2 * HEAD);
            places.add(
                new Box(place.x(), place.y(), place.width(), place.height()).expand(-inside));
          }
        }
      }
      return new Frame(0, 0, image);
    }
  }

  @ParameterizedTest
  @CsvSource({"3840, 2160, 50, 110", "1920, 1080, 20, 40", "1280, 720, 20, 40"})
  void leavesNoFaceThatCanBeFound(int width, int height, int smallest, int largest)
      throws Exception {
    Size size = new Size(width, height);
    List<Box> places = new ArrayList<>();
    try (HidingDetector hiding = hiding();
        Frame frame = scene(size, smallest, largest, places)) {
      assertThat(seen(frame)).as("the judge would see them").hasSizeGreaterThan(80);
      List<Box> found = hiding.find(frame);
      List<Box> missed =
          places.stream()
              .filter(p -> found.stream().noneMatch(f -> f.expand(0.15).iou(p) > 0.3))
              .toList();
      assertThat(missed).isEmpty();
      Observation nobody = new Observation("test", 0, 0, size, List.of());
      new Hide(hiding::find, false).annotate(frame, nobody);
      assertThat(seen(frame)).isEmpty();
    }
  }

  /** Of heads that fill the picture, too, whatever their orientation. */
  @Test
  void findsLargeFaces() throws Exception {
    try (HidingDetector hiding = hiding()) {
      for (Orientation orientation : Orientation.values()) {
        for (Size size : List.of(new Size(640, 480), new Size(1280, 720), new Size(2560, 1440))) {
          for (double share : new double[] {0.2, 0.5, 0.9}) {
            int side = (int) (size.height() * share);
            try (Frame frame = Scene.withFace(size, side, false);
                Mat turned = orientation.turn(frame.image());
                Frame shown = new Frame(0, 0, turned.clone())) {
              assertThat(hiding.find(shown))
                  .as("%s, %d, %s", size, side, orientation)
                  .anyMatch(
                      b ->
                          orientation
                                  .back(b, size.width(), size.height())
                                  .iou(Scene.place(size, side))
                              > 0.5);
            }
          }
        }
      }
    }
  }

  @Test
  void hidesLittleElse() throws Exception {
    Path film = Path.of("src/demo/cap13_edit2.mp4");
    try (HidingDetector hiding = hiding();
        Source source = SourceAddress.parse(film.toString()).open()) {
      int frames = 0;
      int boxes = 0;
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        try (Frame read = frame) {
          if (read.sequence() % 50 == 0) {
            frames++;
            boxes += hiding.find(read).size();
          }
        }
      }
      assertThat(boxes).isBetween(frames, 2 * frames);
    }
  }

  /** A frame of which nothing is known is not to be shown. */
  @Test
  void saysWhenItCannotTell() throws Exception {
    try (HidingDetector hiding = hiding();
        Frame frame = Scene.empty(new Size(64, 48), true)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> hiding.find(frame)).isInstanceOf(IllegalStateException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(hiding.find(frame)).isEmpty();
    }
  }

  private static HidingDetector hiding() throws Exception {
    return HidingDetector.open(
        new Models(Path.of("models")).find("yunet"), DetectorEngine.AUTO, Device.CPU, 2);
  }

  /** By a detector that sees the full resolution, in every orientation. */
  private static List<Detection> seen(Frame frame) throws Exception {
    List<Detection> seen = new ArrayList<>();
    DetectorSettings settings = new DetectorSettings(0.6, 5, 0.3, 2048, 1000);
    try (YuNetDetector judge =
        YuNetDetector.open(
            "yunet", Scene.yunet(), settings, DetectorEngine.ONNXRUNTIME, Device.CPU)) {
      int tiles = frame.size().width() > 2048 ? 2 : 1;
      int width = frame.size().width() / tiles;
      int height = frame.size().height() / tiles;
      for (int i = 0; i < tiles * tiles; i++) {
        try (Rect place = new Rect(i % tiles * width, i / tiles * height, width, height);
            Mat tile = new Mat(frame.image(), place)) {
          for (Orientation orientation : Orientation.values()) {
            try (Mat turned = orientation.turn(tile);
                Frame shown = new Frame(0, 0, turned.clone())) {
              seen.addAll(judge.detect(shown));
            }
          }
        }
      }
    }
    return seen;
  }
}
