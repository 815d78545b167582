package dev.mien.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.errorprone.annotations.MustBeClosed;
import dev.mien.frame.Frame;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;
import org.junit.jupiter.api.Test;

final class ShotDetectorTest {
  private final ShotDetector cuts = new ShotDetector();

  /** Soft shapes; the same number gives the same scene. */
  private static Mat scene(int number) {
    byte[] shapes = new byte[12 * 8 * 3];
    new Random(number).nextBytes(shapes);
    try (Mat small = new Mat(8, 12, opencv_core.CV_8UC3);
        Size size = new Size(480, 320)) {
      small.data().put(shapes);
      Mat large = new Mat();
      opencv_imgproc.resize(small, large, size, 0, 0, opencv_imgproc.INTER_CUBIC);
      return large;
    }
  }

  /** What a camera sees of the scene from this place. */
  @MustBeClosed
  private static Frame shot(int number, int x, double gain, double offset) {
    try (Mat scene = scene(number);
        Rect window = new Rect(x, 40, 320, 240);
        Mat part = new Mat(scene, window)) {
      Mat seen = new Mat();
      part.convertTo(seen, -1, gain, offset);
      return new Frame(0, 0, seen);
    }
  }

  private boolean isCut(int number, int x, double gain, double offset) {
    try (Frame frame = shot(number, x, gain, offset)) {
      return cuts.isCut(frame);
    }
  }

  @Test
  void anotherSceneIsACutAndOnlyItsFirstFrame() {
    assertThat(isCut(1, 0, 1, 0)).as("the first frame").isFalse();
    assertThat(isCut(1, 2, 1, 0)).isFalse();
    assertThat(isCut(2, 0, 1, 0)).isTrue();
    assertThat(isCut(2, 3, 1, 0)).isFalse();
    assertThat(isCut(3, 0, 0.3, 10)).as("a dark one").isTrue();
    assertThat(isCut(3, 0, 0.3, 10)).isFalse();
  }

  @Test
  void movementIsNone() {
    for (int step : new int[] {2, 8, 20}) {
      for (int x = 0; x <= 160; x += step) {
        assertThat(isCut(4, x, 1, 0)).as("step %d at %d", step, x).isFalse();
      }
      for (int x = 160; x >= 0; x -= step) {
        assertThat(isCut(4, x, 1, 0)).as("step %d back at %d", step, x).isFalse();
      }
    }
  }

  @Test
  void aFlashIsNone() {
    isCut(5, 0, 0.6, 0);
    assertThat(isCut(5, 0, 1, 60)).isFalse();
    assertThat(isCut(5, 0, 0.6, 0)).isFalse();
    assertThat(isCut(5, 0, 0.2, 0)).as("light off").isFalse();
    assertThat(isCut(5, 0, 0.6, 0)).as("light on").isFalse();
  }

  @Test
  void theNoiseOfACoveredCameraIsNone() {
    Random random = new Random(6);
    for (int i = 0; i < 50; i++) {
      byte[] noise = new byte[320 * 240 * 3];
      for (int at = 0; at < noise.length; at++) {
        noise[at] = (byte) (8 + random.nextInt(8));
      }
      Mat image = new Mat(240, 320, opencv_core.CV_8UC3);
      image.data().put(noise);
      try (Frame frame = new Frame(i, 0, image)) {
        assertThat(cuts.isCut(frame)).isFalse();
      }
    }
  }

  @Test
  void frameOfAnySizeMayFollow() {
    for (dev.mien.frame.Size size :
        List.of(new dev.mien.frame.Size(1, 1), new dev.mien.frame.Size(4096, 2))) {
      try (Frame frame = Scene.empty(size, true)) {
        cuts.isCut(frame);
      }
    }
  }

  private static List<Long> inFilm(Path file) throws Exception {
    ShotDetector cuts = new ShotDetector();
    List<Long> found = new ArrayList<>();
    try (Source source = SourceAddress.parse(file.toString()).open()) {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        try (Frame read = frame) {
          if (cuts.isCut(read)) {
            found.add(read.sequence());
          }
        }
      }
    }
    return found;
  }

  @Test
  void theDemoIsOneShot() throws Exception {
    assertThat(inFilm(Path.of("src/demo/cap13_edit2.mp4"))).isEmpty();
  }

  @Test
  void aConcertFilmIsCutThreeTimes() throws Exception {
    String shared = System.getenv("MIEN_SHARED");
    Path film =
        (shared == null ? Path.of("../shared") : Path.of(shared))
            .resolve("media/hamilton_short.mp4");
    assumeTrue(Files.exists(film), "no such film; MIEN_SHARED names its folder");
    assertThat(inFilm(film)).containsExactly(20L, 82L, 211L);
  }
}
