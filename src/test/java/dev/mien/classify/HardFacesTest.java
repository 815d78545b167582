package dev.mien.classify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.frame.DemoFace;
import dev.mien.frame.Frame;
import dev.mien.model.Model;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.junit.jupiter.api.Test;

/** R48: what the mask model that ships says of faces that are hard; the clip's face wears none. */
final class HardFacesTest {
  /** What is done to a picture of the face. */
  interface Change {
    void on(Mat picture);
  }

  private static final Map<String, Change> HARD =
      new TreeMap<>(
          Map.of(
              "plain", p -> {},
              "gray", HardFacesTest::gray,
              "small", p -> shrink(p, 24.0 / 128),
              "small and gray", HardFacesTest::smallAndGray,
              "backlit", p -> p.convertTo(p, -1, 0.35, 0),
              "glaring", p -> p.convertTo(p, -1, 1.5, 40),
              "beard", p -> ellipse(p, 205, 222, 34, 26, new Scalar(35, 40, 50, 0)),
              "hand", HardFacesTest::hand,
              "somebody's head", p -> ellipse(p, 190, 262, 60, 58, new Scalar(30, 28, 32, 0))));

  private static void gray(Mat picture) {
    try (Mat gray = new Mat()) {
      opencv_imgproc.cvtColor(picture, gray, opencv_imgproc.COLOR_BGR2GRAY);
      opencv_imgproc.cvtColor(gray, picture, opencv_imgproc.COLOR_GRAY2BGR);
    }
  }

  private static void smallAndGray(Mat picture) {
    gray(picture);
    shrink(picture, 24.0 / 128);
  }

  private static void shrink(Mat picture, double scale) {
    try (Mat small = new Mat();
        Size size = new Size(picture.cols(), picture.rows());
        Size less = new Size((int) (picture.cols() * scale), (int) (picture.rows() * scale))) {
      opencv_imgproc.resize(picture, small, less, 0, 0, opencv_imgproc.INTER_AREA);
      opencv_imgproc.resize(small, picture, size, 0, 0, opencv_imgproc.INTER_LINEAR);
    }
  }

  private static void ellipse(Mat picture, int x, int y, int rx, int ry, Scalar color) {
    try (color;
        Point centre = new Point(x, y);
        Size axes = new Size(rx, ry)) {
      opencv_imgproc.ellipse(
          picture,
          centre,
          axes,
          0,
          0,
          360,
          color,
          opencv_imgproc.FILLED,
          opencv_imgproc.LINE_AA,
          0);
    }
  }

  /** The brow's skin, four times, over the mouth. */
  private static void hand(Mat picture) {
    try (Rect brow = new Rect(175, 120, 60, 14);
        Mat skin = new Mat(picture, brow).clone()) {
      for (int finger = 0; finger < 4; finger++) {
        try (Rect where = new Rect(175, 186 + 12 * finger, 60, 14);
            Mat target = new Mat(picture, where)) {
          skin.copyTo(target);
        }
      }
    }
  }

  @Test
  void aBareFaceIsBareWhateverIsBeforeIt() throws Exception {
    Model model = Model.load(Path.of("models/mask"));
    Map<String, Double> bare = new TreeMap<>();
    try (Network network = Network.open("mask", model.read(Model.NETWORK), Device.CPU);
        OnnxClassifier classifier = new OnnxClassifier(model, network)) {
      for (Map.Entry<String, Change> hard : HARD.entrySet()) {
        try (Frame frame = DemoFace.frame()) {
          hard.getValue().on(frame.image());
          bare.put(
              hard.getKey(),
              classifier.classify(List.of(new Crop(frame, DemoFace.BOX))).get(0).scores().stream()
                  .filter(s -> s.label().equals("without_mask"))
                  .findFirst()
                  .orElseThrow()
                  .probability());
        }
      }
    }
    assertThat(bare.values()).as("%s", bare).allMatch(p -> p > 0.5);
  }
}
