package dev.mien.annotate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
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
    try (Frame frame = LabelsTest.background(new Size(40, 30))) {
      hide(frame, new Box(0, 0, 1, 1));
      hide(frame, new Box(39, 29, 1, 1));
      hide(frame, new Box(0, 0, 40, 30));
      assertThat(colours(frame.image())).hasSizeLessThanOrEqualTo(25);
    }
  }

  @Test
  void whereAFaceMayBeIsHiddenToo() {
    try (Frame frame = LabelsTest.background(new Size(40, 30))) {
      Observation unsure =
          new Observation("test", 0, 0, frame.size(), List.of(), List.of(new Box(0, 0, 40, 30)));
      new Hide(f -> List.of(), false).annotate(frame, unsure);
      assertThat(colours(frame.image())).hasSizeLessThanOrEqualTo(25);
    }
  }

  /** Between two finds a face is where it was, or near. */
  @Test
  void inAVideoAPlaceStaysHiddenForHalfASecondAndGrows() {
    Size size = new Size(200, 200);
    List<Box> found = new ArrayList<>(List.of(new Box(80, 80, 40, 40)));
    Hide video = new Hide(f -> found, true);
    assertThat(changed(video, 0, size)).isBetween(2500, 3000);
    found.clear();
    assertThat(changed(video, 400, size)).isBetween(5000, 6500);
    assertThat(changed(video, 600, size)).isZero();
    found.add(new Box(80, 80, 40, 40));
    changed(video, 700, size);
    found.set(0, new Box(85, 85, 40, 40));
    assertThat(changed(video, 1000, size)).as("found again: not held too").isLessThan(3000);
  }

  @Test
  void ofPicturesNothingIsHeld() {
    Size size = new Size(200, 200);
    List<Box> found = new ArrayList<>(List.of(new Box(80, 80, 40, 40)));
    Hide stills = new Hide(f -> found, false);
    assertThat(changed(stills, 0, size)).isPositive();
    found.clear();
    assertThat(changed(stills, 40, size)).isZero();
  }

  @Test
  void nothingIsShownWhereNobodyCouldLook() {
    Hide broken =
        new Hide(
            f -> {
              throw new IllegalStateException("the network failed");
            },
            true);
    assertThatThrownBy(() -> changed(broken, 0, new Size(20, 20))).hasMessageContaining("failed");
  }

  /** How many pixels are changed at this time. */
  private static int changed(Hide hide, long millis, Size size) {
    Mat noise = new Mat(size.height(), size.width(), opencv_core.CV_8UC3);
    byte[] bytes = new byte[size.width() * size.height() * 3];
    new Random(1).nextBytes(bytes);
    noise.data().put(bytes);
    try (Frame frame = new Frame(0, millis * 1_000_000, noise);
        Frame before = frame.copy();
        Mat difference = new Mat();
        Mat gray = new Mat()) {
      hide.annotate(frame, new Observation("test", 0, frame.timestamp(), size, List.of()));
      opencv_core.absdiff(frame.image(), before.image(), difference);
      opencv_imgproc.cvtColor(difference, gray, opencv_imgproc.COLOR_BGR2GRAY);
      return opencv_core.countNonZero(gray);
    }
  }

  private static void hide(Frame frame, Box box) {
    Face face = new Face(1, new Detection(box, 0.9, null), List.of());
    new Hide(f -> List.of(), false)
        .annotate(frame, new Observation("test", 0, 0, frame.size(), List.of(face)));
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
