package dev.mien.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mien.face.Detection;
import dev.mien.frame.DemoFace;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelFolder;
import dev.mien.onnx.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SsdDetectorTest {
  private static final String WEIGHTS = "opencv_face_detector_uint8.pb";
  private static final String GRAPH = "opencv_face_detector.pbtxt";

  private final Path temp;

  SsdDetectorTest(@TempDir Path temp) {
    this.temp = temp;
  }

  @Test
  void findsTheFaceThatYuNetFinds() throws Exception {
    try (Detector ssd = Detectors.open(model(Card.Color.BGR, 300, WEIGHTS, GRAPH), 0.5);
        Frame clip = DemoFace.frame()) {
      List<Detection> found = ssd.detect(clip);
      assertThat(found).hasSize(1);
      assertThat(found.get(0).box().iou(DemoFace.BOX)).isGreaterThan(0.6);
      assertThat(found.get(0).confidence()).isGreaterThan(0.9);
      assertThat(found.get(0).landmarks()).isNull();
    }
  }

  @Test
  void takesFramesOfAnySizeAndKeepsNoNativeMemory() throws Exception {
    try (Detector ssd = Detectors.open(model(Card.Color.BGR, 300, WEIGHTS, GRAPH), 0.5)) {
      for (Size size :
          List.of(new Size(1, 1), new Size(1, 4096), new Size(4096, 1), new Size(2000, 1500))) {
        try (Frame frame = Scene.empty(size, false)) {
          assertThat(ssd.detect(frame)).isEmpty();
          long bytes = Pointer.totalBytes();
          for (int i = 0; i < 10; i++) {
            ssd.detect(frame);
          }
          assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
        }
      }
    }
  }

  @Test
  void saysWhichFilesItNeeds() throws Exception {
    Model model = model(Card.Color.BGR, 300, WEIGHTS);
    assertThatThrownBy(() -> Detectors.open(model, 0.5))
        .isInstanceOf(DetectorException.class)
        .hasMessage(
            "model 'ssd': an SSD is .caffemodel and .prototxt, or .pb and .pbtxt; its card lists "
                + WEIGHTS);
  }

  @Test
  void saysWhatIsNoSsd() throws Exception {
    Model aizoo =
        model(
            Card.Color.RGB,
            260,
            "aizoo_face_mask_detection.caffemodel",
            "aizoo_face_mask_detection.prototxt");
    assertThatThrownBy(() -> Detectors.open(aizoo, 0.5))
        .isInstanceOf(DetectorException.class)
        .hasMessageStartingWith("model 'ssd' is not an SSD: its output has rows of ");
  }

  @Test
  void runsOnOpenCvOnly() throws Exception {
    Model model = model(Card.Color.BGR, 300, WEIGHTS, GRAPH);
    assertThatThrownBy(() -> Detectors.open(model, 0.5, DetectorEngine.ONNXRUNTIME, Device.CPU))
        .isInstanceOf(DetectorException.class)
        .hasMessageContaining("auto and opencv");
    try (Detector ssd = Detectors.open(model, 0.5, DetectorEngine.AUTO, Device.CPU)) {
      assertThat(ssd.engine()).isEqualTo("opencv");
    }
  }

  @Test
  void saysWhatIsNotYuNet() throws Exception {
    byte[] other = Files.readAllBytes(reference().resolve("ultralight_version-RFB-640.onnx"));
    DetectorSettings settings = DetectorSettings.DEFAULT;
    assertThatThrownBy(
            () -> YuNetDetector.open("mine", other, settings, DetectorEngine.OPENCV, Device.CPU))
        .isInstanceOf(DetectorException.class)
        .hasMessageStartingWith("model 'mine' is not YuNet: expected outputs cls_8 to kps_32")
        .message()
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @CsvSource({"CAFFE, .prototxt and .caffemodel", "TENSORFLOW, .pbtxt and .pb"})
  void saysWhatCannotBeRead(SsdDetector.Format format, String files) {
    Card.Input input = input(Card.Color.BGR, 300);
    byte[] bytes = {1, 2, 3};
    DetectorSettings settings = DetectorSettings.DEFAULT;
    assertThatThrownBy(() -> new SsdDetector("mine", format, bytes, bytes, input, settings))
        .isInstanceOf(DetectorException.class)
        .hasMessageStartingWith("model 'mine': its network cannot be read as " + files);
  }

  private Model model(Card.Color color, int side, String... files) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    for (String file : files) {
      contents.put(file, Files.readAllBytes(reference().resolve(file)));
    }
    Card card =
        new Card(
            Card.FACE,
            "",
            input(color, side),
            null,
            0,
            null,
            new Card.Detector(Card.Kind.SSD, side, 0.5, 0.3),
            "Apache-2.0",
            "test",
            "",
            List.of(),
            Map.of());
    return ModelFolder.write(temp.resolve("ssd"), card, contents);
  }

  private static Card.Input input(Card.Color color, int side) {
    return new Card.Input(
        Card.Layout.NCHW, side, side, color, 1, List.of(104.0, 177.0, 123.0), List.of(), 0, null);
  }

  private static Path reference() {
    String shared = System.getenv("MIEN_SHARED");
    Path folder = (shared == null ? Path.of("../shared") : Path.of(shared)).resolve("reference");
    assumeTrue(Files.isDirectory(folder), "no reference networks; MIEN_SHARED names their folder");
    return folder;
  }
}
