package dev.mien.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mien.face.Detection;
import dev.mien.frame.Frame;
import dev.mien.onnx.Device;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ONNX Runtime finds the faces that OpenCV finds, which is why it is the usual engine. */
@Timeout(240)
final class EnginesAgreeIT {
  private static final double SCORE = 0.01;
  private static final double OVERLAP = 0.95;

  private final DetectorSettings settings = DetectorSettings.DEFAULT;

  /** Every so many frames, so that the longest clips take a few seconds. */
  @ParameterizedTest
  @CsvSource({
    "src/demo/cap13_edit2.mp4, 4, 150",
    "media/deshraj_mask.mp4, 6, 30",
    "media/916_mask.mp4, 4, 30",
    "media/uengmim_test.avi, 4, 20",
    "media/gituatu_nomask.mp4, 6, 30",
    "media/hamilton_short.mp4, 6, 50",
    "media/one-by-one-person-detection.mp4, 20, 0",
    "media/classroom.gif, 2, 10",
    "media/face-demographics-walking.gif, 2, 5",
    "media/face-demographics-walking-and-pause.gif, 2, 5",
    "media/head-pose-face-detection-female-and-male.gif, 2, 5"
  })
  void theSameBoxes(String clip, int every, int least) throws Exception {
    String shared = System.getenv("MIEN_SHARED");
    Path folder = Path.of(clip.startsWith("media") ? shared == null ? "../shared" : shared : "");
    Path film = folder.resolve(clip);
    assumeTrue(Files.exists(film), "no such film; MIEN_SHARED names its folder");
    int faces = 0;
    try (YuNetDetector reference = open(DetectorEngine.OPENCV);
        YuNetDetector quick = open(DetectorEngine.ONNXRUNTIME);
        Source source = SourceAddress.parse(film.toString()).open()) {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        try (Frame read = frame) {
          if (read.sequence() % every == 0) {
            List<Detection> expected = reference.detect(read);
            List<Detection> found = quick.detect(read);
            assertIn(found, expected, read);
            assertIn(expected, found, read);
            faces += expected.size();
          }
        }
      }
    }
    assertThat(faces).as("faces compared").isGreaterThanOrEqualTo(least);
  }

  /** What is so near the least score that the other may have dropped it is left out. */
  private void assertIn(List<Detection> all, List<Detection> some, Frame frame) {
    for (Detection one : some) {
      if (one.confidence() >= settings.score() + SCORE) {
        assertThat(all)
            .as("frame %d, %s", frame.sequence(), one)
            .anyMatch(
                d ->
                    Math.abs(d.confidence() - one.confidence()) <= SCORE
                        && d.box().iou(one.box()) >= OVERLAP);
      }
    }
  }

  private YuNetDetector open(DetectorEngine engine) throws IOException {
    byte[] network = Files.readAllBytes(Path.of("models/yunet/model.onnx"));
    return YuNetDetector.open("yunet", network, settings, engine, Device.CPU);
  }
}
