package dev.mien.classify;

import dev.mien.Alone;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.model.Model;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;

/** Asks a model again and again, or opens it again and again, and prints the process' memory. */
final class Inferences {
  private static final int LINES = 20;
  private static final int LARGEST = 16;

  private Inferences() {}

  /** The arguments: the model, how often it is opened, and how often each time it is asked. */
  public static void main(String[] arguments) throws Exception {
    Model model = Model.load(Path.of(arguments[0]));
    int openings = Integer.parseInt(arguments[1]);
    int questions = Integer.parseInt(arguments[2]);
    Random random = new Random(1);
    int step = Math.max(1, openings * questions / LINES);
    int asked = 0;
    opencv_core.setNumThreads(1);
    try (Frame frame = new Frame(0, 0, new Mat(64, 64, opencv_core.CV_8UC3, Scalar.all(99)))) {
      for (int opened = 0; opened < openings; opened++) {
        try (Network network = Network.open(model.name(), model.read(Model.NETWORK), Device.CPU);
            OnnxClassifier classifier = new OnnxClassifier(model, network)) {
          for (int i = 0; i < questions; i++) {
            List<Crop> crops = new ArrayList<>();
            for (int faces = 1 + random.nextInt(LARGEST); faces > 0; faces--) {
              crops.add(new Crop(frame, new Box(random.nextInt(40), random.nextInt(40), 24, 24)));
            }
            classifier.classify(crops);
            if (asked++ % step == 0) {
              System.out.println(Alone.resident());
            }
          }
        }
      }
    }
  }
}
