package dev.mien.detect;

import com.google.errorprone.annotations.MustBeClosed;
import dev.mien.frame.Box;
import dev.mien.frame.DemoFace;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;

/** Frames with the face of the demo clip in them. */
final class Scene {
  private static final int MARGIN = 18;

  private Scene() {}

  static byte[] yunet() throws Exception {
    return Files.readAllBytes(Path.of("models/yunet/model.onnx"));
  }

  /** Noise is the same each time. */
  static Frame empty(Size size, boolean noisy) {
    try (Scalar gray = new Scalar(110, 120, 130, 0)) {
      Mat image = new Mat(size.height(), size.width(), opencv_core.CV_8UC3, gray);
      if (noisy) {
        byte[] noise = new byte[size.width() * size.height() * 3];
        new Random(7).nextBytes(noise);
        image.data().put(noise);
      }
      return new Frame(0, 0, image);
    }
  }

  /** Where the face lies when its box, {@code height} pixels high, is around the frame's centre. */
  static Box place(Size size, int height) {
    double scale = height / DemoFace.BOX.height();
    double width = DemoFace.BOX.width() * scale;
    return new Box((size.width() - width) / 2, (size.height() - height) / 2.0, width, height);
  }

  @MustBeClosed
  static Frame withFace(Size size, int height, boolean noisy) throws Exception {
    Box box = place(size, height);
    double scale = height / DemoFace.BOX.height();
    double margin = MARGIN * scale;
    int left = (int) Math.round(box.x() - margin);
    int top = (int) Math.round(box.y() - margin);
    int wide = (int) Math.round(box.width() + 2 * margin);
    int high = (int) Math.round(height + 2 * margin);
    Frame frame = empty(size, noisy);
    int x = Math.max(0, left);
    int y = Math.max(0, top);
    int seenWidth = Math.min(size.width(), left + wide) - x;
    int seenHeight = Math.min(size.height(), top + high) - y;
    try (Frame clip = DemoFace.frame();
        Rect around =
            new Rect(
                (int) DemoFace.BOX.x() - MARGIN,
                (int) DemoFace.BOX.y() - MARGIN,
                (int) DemoFace.BOX.width() + 2 * MARGIN,
                (int) DemoFace.BOX.height() + 2 * MARGIN);
        Mat face = new Mat(clip.image(), around);
        org.bytedeco.opencv.opencv_core.Size target =
            new org.bytedeco.opencv.opencv_core.Size(wide, high);
        Mat scaled = new Mat();
        Rect visible = new Rect(x - left, y - top, seenWidth, seenHeight);
        Rect spot = new Rect(x, y, seenWidth, seenHeight);
        Mat into = new Mat(frame.image(), spot)) {
      int way = scale < 1 ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_CUBIC;
      opencv_imgproc.resize(face, scaled, target, 0, 0, way);
      try (Mat part = new Mat(scaled, visible)) {
        part.copyTo(into);
      }
    }
    return frame;
  }
}
