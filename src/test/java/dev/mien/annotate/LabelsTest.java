package dev.mien.annotate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.MustBeClosed;
import dev.mien.face.Classification.Score;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Golden pictures are made anew with {@code -Dmien.golden=src/test/resources/...}; look at them.
 */
final class LabelsTest {
  private static final List<String> EMOTIONS =
      List.of("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral");

  private final Labels labels = new Labels();

  /** Scaling in OpenCV may differ by a shade between processors: mean difference under 0.25. */
  @ParameterizedTest
  @CsvSource({"320, 240", "1280, 720", "3840, 2160"})
  void looksAsItDid(int width, int height) throws Exception {
    Size size = new Size(width, height);
    try (Frame frame = background(size)) {
      labels.annotate(frame, scene(size));
      String name = "labels-" + size + ".png";
      String remake = System.getProperty("mien.golden");
      if (remake != null) {
        opencv_imgcodecs.imwrite(Path.of(remake, name).toString(), frame.image());
      }
      try (InputStream stream = LabelsTest.class.getResourceAsStream(name);
          BytePointer bytes = new BytePointer(Objects.requireNonNull(stream, name).readAllBytes());
          Mat coded = new Mat(1, (int) bytes.limit(), opencv_core.CV_8UC1, bytes);
          Mat golden = opencv_imgcodecs.imdecode(coded, opencv_imgcodecs.IMREAD_COLOR)) {
        double off = opencv_core.norm(golden, frame.image(), opencv_core.NORM_L1, null);
        assertThat(off / (width * height * 3.0)).isLessThan(0.25);
      }
    }
  }

  @Test
  void drawsInFramesOfAnySize() {
    for (int[] wh : new int[][] {{1, 1}, {2, 40}, {40, 2}, {16, 16}, {33, 17}, {97, 600}}) {
      Size size = new Size(wh[0], wh[1]);
      try (Frame frame = background(size)) {
        labels.annotate(frame, scene(size));
        Face whole = face(9, 0, 0, wh[0], wh[1], label("a_very_long_label_indeed", EMOTIONS));
        labels.annotate(frame, seen(size, whole));
      }
    }
  }

  @Test
  void aLabelHasOneColourWhateverItsScore() {
    assertThat(Labels.colour(face(1, 0, 0, 9, 9, label("angry", EMOTIONS))))
        .isEqualTo(Palette.ORANGE);
    assertThat(Labels.colour(face(1, 0, 0, 9, 9, label("happy", EMOTIONS))))
        .isEqualTo(Palette.YELLOW);
    assertThat(Labels.colour(face(1, 0, 0, 9, 9))).isEqualTo(Palette.GRAY);
    assertThat(Labels.colour(face(1, 0, 0, 9, 9, label("other", EMOTIONS))))
        .isEqualTo(Palette.GRAY);
  }

  @Test
  void theFirstOfTwoTasksDecidesTheColour() {
    Face face =
        face(
            1,
            0,
            0,
            9,
            9,
            label("with_mask", List.of("with_mask", "none")),
            label("sad", EMOTIONS));
    assertThat(Labels.colour(face)).isEqualTo(Palette.ORANGE);
    assertThat(Labels.lines(face)).containsExactly("with mask 71%  #1", "sad 71%");
    Face.Label unsure = new Face.Label("mask", "m", "with_mask", 0.6, List.of(), false);
    assertThat(Labels.lines(face(2, 0, 0, 9, 9, unsure))).containsExactly("with mask? 60%  #2");
    assertThat(Labels.lines(face(3, 0, 0, 9, 9, unsure.unknown("turned"))))
        .containsExactly("mask unknown: turned  #3");
  }

  @Test
  void textStandsOutOnEveryColour() {
    for (Palette colour : Palette.values()) {
      assertThat(Palette.contrast(colour.rgb, colour.text))
          .as("%s", colour)
          .isGreaterThanOrEqualTo(4.5);
    }
  }

  @Test
  void lettersBeyondAsciiAreThere() {
    Letters letters = Letters.shared();
    for (int code : "üßéñçőłøÆžαΩжЯĐ…Ễ".codePoints().toArray()) {
      assertThat(ink(letters, code)).as(Character.toString(code)).isNotEqualTo(ink(letters, '?'));
      assertThat(ink(letters, code))
          .as(Character.toString(code))
          .isNotEqualTo(ink(letters, 0x25A1));
    }
    assertThat(ink(letters, 0x7B11)).isEqualTo(ink(letters, 0x25A1));
  }

  @Test
  void nativeMemoryStaysFlat() {
    Size size = new Size(640, 360);
    try (Frame frame = background(size)) {
      labels.annotate(frame, scene(size));
      long before = Pointer.totalBytes();
      for (int i = 0; i < 500; i++) {
        labels.annotate(frame, scene(size));
      }
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    }
  }

  private static long ink(Letters letters, int code) {
    Letters.Letter letter = letters.letter(code, 40);
    return IntStream.range(0, letter.width * letters.height(40))
        .mapToLong(i -> (i + 1L) * letter.cover(i % letter.width, i / letter.width))
        .sum();
  }

  @MustBeClosed
  static Frame background(Size size) {
    Mat image = new Mat(size.height(), size.width(), opencv_core.CV_8UC3);
    try (Scalar gray = new Scalar(150, 158, 150, 0)) {
      image.put(gray);
    }
    for (int y = 0; y < size.height(); y++) {
      try (Mat row = image.row(y);
          Scalar shade = new Scalar(60 + 180.0 * y / size.height(), 120, 110, 0)) {
        row.put(shade);
      }
    }
    return new Frame(0, 0, image);
  }

  /** Faces at every edge and in the middle; one and two tasks, none, accents, a long label. */
  private static Observation scene(Size size) {
    double w = size.width();
    double h = size.height();
    double face = h * 0.28;
    List<String> masks = List.of("with_mask", "without_mask");
    return seen(
        size,
        face(1, 0, 0, face * 0.7, face * 0.8, label("happy", EMOTIONS)),
        face(2, w - face * 0.6, h * 0.3, face * 0.6, face, label("surprise", EMOTIONS)),
        face(
            3,
            w * 0.42,
            h * 0.36,
            face,
            face * 1.2,
            label("with_mask", masks),
            label("sad", EMOTIONS)),
        face(4, w * 0.05, h - face, face * 0.8, face, label("fröhlich", List.of("a", "fröhlich"))),
        face(57, w * 0.75, h - face * 0.7, face * 0.6, face * 0.7, label("angry", EMOTIONS)),
        face(6, w * 0.45, h * 0.02, face * 0.5, face * 0.6),
        face(7, w * 0.7, h * 0.02, face * 0.4, face * 0.5, label("neutral", EMOTIONS)),
        face(812, w * 0.2, h * 0.4, face * 0.3, face * 0.4, label("fear", EMOTIONS)));
  }

  private static Observation seen(Size size, Face... faces) {
    return new Observation("test", 0, 0, size, List.of(faces));
  }

  private static Face face(long id, double x, double y, double w, double h, Face.Label... labels) {
    return new Face(id, new Detection(new Box(x, y, w, h), 0.9, null), List.of(labels));
  }

  private static Face.Label label(String name, List<String> all) {
    return new Face.Label(
        "task", "model", name, 0.71, all.stream().map(l -> new Score(l, 0.1)).toList());
  }
}
