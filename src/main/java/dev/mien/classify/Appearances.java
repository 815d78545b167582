package dev.mien.classify;

import dev.mien.face.Appearance;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/** Takes the {@link Appearance} of faces. */
public final class Appearances {
  private Appearances() {}

  /**
   * How the face in this box looks.
   *
   * @param box has a part in the frame
   */
  public static Appearance of(Frame frame, Box box) {
    Box inside = box.clip(frame.size());
    int x = Math.min((int) inside.x(), frame.size().width() - 1);
    int y = Math.min((int) inside.y(), frame.size().height() - 1);
    int width = Math.max(1, Math.min((int) inside.width(), frame.size().width() - x));
    int height = Math.max(1, Math.min((int) inside.height(), frame.size().height() - y));
    byte[] values = new byte[Appearance.SIDE * Appearance.SIDE];
    try (Rect place = new Rect(x, y, width, height);
        Mat face = new Mat(frame.image(), place);
        Size grid = new Size(Appearance.SIDE, Appearance.SIDE);
        Mat small = new Mat();
        Mat gray = new Mat()) {
      opencv_imgproc.resize(face, small, grid, 0, 0, opencv_imgproc.INTER_AREA);
      opencv_imgproc.cvtColor(small, gray, opencv_imgproc.COLOR_BGR2GRAY);
      gray.data().get(values);
    }
    return new Appearance(values);
  }
}
