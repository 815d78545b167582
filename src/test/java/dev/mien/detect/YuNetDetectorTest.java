package dev.mien.detect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mien.face.Detection;
import dev.mien.face.Landmarks;
import dev.mien.face.Point;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.onnx.Device;
import dev.mien.onnx.NetworkException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(names = {"OPENCV", "ONNXRUNTIME"})
final class YuNetDetectorTest {
  @Parameter private DetectorEngine engine = DetectorEngine.AUTO;

  private YuNetDetector detector;

  @BeforeEach
  void open() throws Exception {
    detector = open(DetectorSettings.DEFAULT);
  }

  private YuNetDetector open(DetectorSettings settings) throws Exception {
    return YuNetDetector.open("yunet", Scene.yunet(), settings, engine, Device.CPU);
  }

  @AfterEach
  void close() {
    detector.close();
  }

  /** From 24 pixels of the working picture to a face that reaches beyond the frame. */
  @ParameterizedTest
  @CsvSource({
    "640, 480, 24", "640, 480, 32", "640, 480, 64", "640, 480, 160", "640, 480, 320",
    "640, 480, 480", "640, 480, 560", "1280, 720, 48", "1280, 720, 96", "1280, 720, 300",
    "1280, 720, 600", "1280, 720, 720", "1280, 720, 800", "3840, 2160, 144", "3840, 2160, 320",
    "3840, 2160, 1000", "3840, 2160, 2160"
  })
  void findsFacesOfEverySize(int width, int height, int face) throws Exception {
    Size size = new Size(width, height);
    Box expected = Scene.place(size, face).clip(size);
    for (boolean noisy : new boolean[] {false, true}) {
      try (Frame frame = Scene.withFace(size, face, noisy)) {
        List<Detection> found = detector.detect(frame);
        assertThat(found).as("%s, %d, noisy %s", size, face, noisy).hasSize(1);
        assertThat(found.get(0).confidence()).isGreaterThan(0.7);
        assertThat(found.get(0).box().iou(expected)).isGreaterThan(0.7);
        assertEyesAboveMouth(Objects.requireNonNull(found.get(0).landmarks()), expected);
      }
    }
  }

  /**
   * Sure or half sure, wherever they are on the network's grid; in a film they show once they last.
   */
  @ParameterizedTest
  @CsvSource({"20, 0.7", "22, 0.65", "24, 0.8"})
  @DisplayName("R47: faces of 20 pixels are found in a frame of 640")
  void findsSmallFaces(int face, double least) throws Exception {
    Size size = new Size(640, 480);
    for (int shift = 0; shift < 8; shift += 2) {
      for (boolean noisy : new boolean[] {false, true}) {
        try (Frame frame = Scene.empty(size, noisy);
            Frame one = Scene.withFace(new Size(200, 120), face, noisy);
            Rect place = new Rect(200 + shift, 150 + shift / 4 * 4, 200, 120);
            Mat into = new Mat(frame.image(), place)) {
          one.image().copyTo(into);
          List<Detection> found = detector.detect(frame);
          assertThat(found).as("%d, shift %d, noisy %s", face, shift, noisy).hasSize(1);
          assertThat(found.get(0).confidence()).isGreaterThan(least);
        }
      }
    }
  }

  /** What the working size alone scores at 0.63 to 0.80. */
  @ParameterizedTest
  @CsvSource({
    "400, 580, 700",
    "640, 930, 1100",
    "640, 930, 1300",
    "640, 480, 800",
    "1280, 1860, 2600",
    "2750, 4000, 5000"
  })
  void isSureOfAFaceThatReachesBeyondTheFrame(int width, int height, int face) throws Exception {
    Size size = new Size(width, height);
    try (Frame frame = Scene.withFace(size, face, false)) {
      List<Detection> found = detector.detect(frame);
      assertThat(found).hasSize(1);
      assertThat(found.get(0).confidence()).isGreaterThan(0.83);
      assertThat(found.get(0).box().iou(Scene.place(size, face).clip(size))).isGreaterThan(0.7);
    }
  }

  private static void assertEyesAboveMouth(Landmarks points, Box box) {
    assertThat(points.rightEye().x()).isLessThan(points.leftEye().x());
    assertThat(points.rightMouth().x()).isLessThan(points.leftMouth().x());
    for (Point eye : List.of(points.rightEye(), points.leftEye())) {
      assertThat(eye.y()).isLessThan(points.nose().y()).isGreaterThan(box.y());
    }
    assertThat(points.nose().y()).isLessThan(points.rightMouth().y());
  }

  /** Twice the pixels, averaged again by the way to the working size, are the same picture. */
  @Test
  void mapsBackExactly() throws Exception {
    Size size = new Size(630, 470);
    try (Frame frame = Scene.withFace(size, 130, true);
        Mat twice = new Mat();
        org.bytedeco.opencv.opencv_core.Size target =
            new org.bytedeco.opencv.opencv_core.Size(1260, 940);
        YuNetDetector at630 = open(new DetectorSettings(0.5, 16, 0.3, 630, 100))) {
      opencv_imgproc.resize(frame.image(), twice, target, 0, 0, opencv_imgproc.INTER_NEAREST);
      try (Frame large = new Frame(0, 0, twice.clone())) {
        Detection one = at630.detect(frame).get(0);
        Detection two = at630.detect(large).get(0);
        assertBox(two.box(), one.box().scale(2, 2), 1e-2);
        Point nose = Objects.requireNonNull(one.landmarks()).nose();
        Point noseTwice = Objects.requireNonNull(two.landmarks()).nose();
        assertThat(noseTwice.x()).isCloseTo(2 * nose.x(), within(1e-2));
        assertThat(noseTwice.y()).isCloseTo(2 * nose.y(), within(1e-2));
      }
    }
  }

  /** Without padding to multiples of 32, or with it on the left, boxes would move. */
  @Test
  void blackOnTheRightAndBelowMovesNothing() throws Exception {
    try (Frame frame = Scene.withFace(new Size(610, 450), 200, false);
        Frame padded = Scene.empty(new Size(640, 480), false);
        Rect place = new Rect(0, 0, 610, 450);
        Mat into = new Mat(padded.image(), place)) {
      padded.image().data().put(new byte[640 * 480 * 3]);
      frame.image().copyTo(into);
      assertBox(detector.detect(padded).get(0).box(), detector.detect(frame).get(0).box(), 1e-3);
    }
  }

  private static void assertBox(Box found, Box expected, double tolerance) {
    assertThat(found.x()).isCloseTo(expected.x(), within(tolerance));
    assertThat(found.y()).isCloseTo(expected.y(), within(tolerance));
    assertThat(found.right()).isCloseTo(expected.right(), within(tolerance));
    assertThat(found.bottom()).isCloseTo(expected.bottom(), within(tolerance));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1, 4096",
    "4096, 1",
    "2, 3",
    "31, 33",
    "32, 32",
    "33, 31",
    "639, 641",
    "2000, 7",
    "4096, 2160",
    "4096, 4096"
  })
  void takesFramesOfAnySize(int width, int height) {
    Size size = new Size(width, height);
    for (boolean noisy : new boolean[] {false, true}) {
      try (Frame frame = Scene.empty(size, noisy)) {
        assertThat(detector.detect(frame)).as("%s, noisy %s", size, noisy).isEmpty();
      }
    }
  }

  @Test
  void leavesOutSmallAndUnsureFaces() throws Exception {
    try (Frame frame = Scene.withFace(new Size(640, 480), 100, false)) {
      Detection face = detector.detect(frame).get(0);
      double narrow = Math.min(face.box().width(), face.box().height());
      assertThat(look(frame, 0.5, narrow - 0.01)).hasSize(1);
      assertThat(look(frame, 0.5, narrow + 0.01)).isEmpty();
      assertThat(look(frame, face.confidence() - 0.001, 16)).hasSize(1);
      assertThat(look(frame, face.confidence() + 0.001, 16)).isEmpty();
    }
  }

  private List<Detection> look(Frame frame, double score, double least) throws Exception {
    DetectorSettings settings = new DetectorSettings(score, least, 0.3, 640, 100);
    try (YuNetDetector other = open(settings)) {
      return other.detect(frame);
    }
  }

  @Test
  void givesTheMostConfidentFirst() throws Exception {
    int[] faces = {22, 60, 300};
    Size size = new Size(960, 480);
    try (Frame all = Scene.withFace(size, 300, false)) {
      for (int i = 0; i < 2; i++) {
        try (Frame one = Scene.withFace(new Size(200, 120), faces[i], false);
            Rect place = new Rect(30 + 700 * i, 100, 200, 120);
            Mat into = new Mat(all.image(), place)) {
          one.image().copyTo(into);
        }
      }
      List<Detection> found = detector.detect(all);
      assertThat(found)
          .hasSizeGreaterThanOrEqualTo(2)
          .isSortedAccordingTo(Comparator.comparingDouble(Detection::confidence).reversed());
    }
  }

  @Test
  void keepsNoNativeMemory() throws Exception {
    try (Frame frame = Scene.withFace(new Size(200, 150), 90, false);
        Frame other = Scene.empty(new Size(97, 61), true)) {
      detector.detect(frame);
      detector.detect(other);
      long bytes = Pointer.totalBytes();
      long count = Pointer.totalCount();
      for (int i = 0; i < 250; i++) {
        assertThat(detector.detect(frame)).hasSize(1);
        detector.detect(other);
      }
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
    }
  }

  @Test
  void leavesTheFrameAsItWas() throws Exception {
    try (Frame frame = Scene.withFace(new Size(640, 480), 100, true);
        Frame before = frame.copy()) {
      detector.detect(frame);
      assertThat(opencv_core.norm(frame.image(), before.image())).isZero();
    }
  }

  @Test
  void closesTwice() {
    detector.close();
    detector.close();
  }

  @Test
  void saysItsEngine() {
    assertThat(detector.engine()).isEqualTo(engine.toString());
  }

  @Test
  void saysWhatIsNoNetwork() throws Exception {
    byte[] other = Files.readAllBytes(Path.of("models/mask/model.onnx"));
    for (byte[] bytes : List.of(new byte[0], "not a network".getBytes(UTF_8), other)) {
      for (DetectorEngine asked : List.of(engine, DetectorEngine.AUTO)) {
        assertThatThrownBy(
                () ->
                    YuNetDetector.open("mine", bytes, DetectorSettings.DEFAULT, asked, Device.CPU))
            .isInstanceOfAny(DetectorException.class, NetworkException.class)
            .hasMessageContaining("mine")
            .hasMessageMatching(".*(is not YuNet|ONNX).*")
            .message()
            .doesNotContain("\n");
      }
    }
  }
}
