package dev.mien.annotate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.junit.jupiter.api.Test;

final class HideTest {
  @Test
  void leavesTwentyFiveFlatFieldsOfAFaceAndTheRestAsItIs() {
    Mat noise = new Mat(120, 160, opencv_core.CV_8UC3);
    byte[] bytes = new byte[120 * 160 * 3];
    new Random(1).nextBytes(bytes);
    noise.data().put(bytes);
    try (Frame frame = new Frame(0, 0, noise);
        Frame before = frame.copy();
        Mat difference = new Mat()) {
      hide(frame, new Box(40, 30, 50, 50));
      try (Rect place = new Rect(34, 24, 62, 62);
          Mat face = new Mat(frame.image(), place)) {
        assertThat(colours(face)).hasSizeLessThanOrEqualTo(36);
      }
      opencv_core.absdiff(frame.image(), before.image(), difference);
      try (Rect place = new Rect(0, 0, 160, 22);
          Mat untouched = new Mat(difference, place)) {
        assertThat(opencv_core.norm(untouched)).isZero();
      }
    }
  }

  @Test
  void facesAtTheEdgeAndOfAPixelAreHiddenToo() {
    try (Frame frame = LabelsTest.background(new dev.mien.frame.Size(40, 30))) {
      hide(frame, new Box(0, 0, 1, 1));
      hide(frame, new Box(39, 29, 1, 1));
      hide(frame, new Box(0, 0, 40, 30));
      assertThat(colours(frame.image())).hasSizeLessThanOrEqualTo(25);
    }
  }

  @Test
  void whereAFaceMayBeIsHiddenToo() {
    try (Frame frame = LabelsTest.background(new dev.mien.frame.Size(40, 30))) {
      Observation unsure =
          new Observation("test", 0, 0, frame.size(), List.of(), List.of(new Box(0, 0, 40, 30)));
      new Hide().annotate(frame, unsure);
      assertThat(colours(frame.image())).hasSizeLessThanOrEqualTo(25);
    }
  }

  private static void hide(Frame frame, Box box) {
    Face face = new Face(1, new Detection(box, 0.9, null), List.of());
    new Hide().annotate(frame, new Observation("test", 0, 0, frame.size(), List.of(face)));
  }

  private static Set<Integer> colours(Mat image) {
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.rows(); y++) {
      for (int x = 0; x < image.cols(); x++) {
        var pixel = image.ptr(y, x);
        colours.add(
            (pixel.get(0) & 255) | ((pixel.get(1) & 255) << 8) | ((pixel.get(2) & 255) << 16));
      }
    }
    return colours;
  }
}
