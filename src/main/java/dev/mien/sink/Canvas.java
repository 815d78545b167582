package dev.mien.sink;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * Brings pictures to one size that H.264 can have: odd sides are padded by a pixel, tiny ones to
 * 16, and larger pictures than level 5.1 knows are brought down to fit 3840x2160 (or 2160x3840).
 * Frames of another size are fitted into it, with black bars.
 */
final class Canvas implements AutoCloseable {
  private static final int LONGEST = 3840;
  private static final int SHORTEST = 2160;
  private static final int SMALLEST = 16;

  private final Size size;
  private final Mat canvas = new Mat();

  Canvas(Size size) {
    this.size = size;
  }

  /** The size that a picture of this size is shown in. */
  static Size sizeFor(Size size) {
    double longSide = Math.max(size.width(), size.height());
    double shortSide = Math.min(size.width(), size.height());
    double scale = Math.min(1, Math.min(LONGEST / longSide, SHORTEST / shortSide));
    return new Size(even(size.width() * scale), even(size.height() * scale));
  }

  private static int even(double side) {
    return Math.max(SMALLEST, (int) Math.ceil(side / 2 - 1e-6) * 2);
  }

  Size size() {
    return size;
  }

  /** The frame's image itself where it fits, else the canvas with the image on it. */
  Mat fitted(Frame frame) {
    Mat image = frame.image();
    int width = image.cols();
    int height = image.rows();
    int right = size.width() - width;
    int bottom = size.height() - height;
    if (right == 0 && bottom == 0) {
      return image;
    }
    if (size.equals(sizeFor(frame.size())) && right >= 0 && bottom >= 0) {
      opencv_core.copyMakeBorder(image, canvas, 0, bottom, 0, right, opencv_core.BORDER_REPLICATE);
      return canvas;
    }
    double scale = Math.min((double) size.width() / width, (double) size.height() / height);
    int w = Math.min(size.width(), Math.max(1, (int) Math.round(width * scale)));
    int h = Math.min(size.height(), Math.max(1, (int) Math.round(height * scale)));
    canvas.create(size.height(), size.width(), opencv_core.CV_8UC3);
    try (Rect place = new Rect((size.width() - w) / 2, (size.height() - h) / 2, w, h);
        Scalar black = new Scalar(0);
        Mat part = new Mat(canvas, place);
        org.bytedeco.opencv.opencv_core.Size to = new org.bytedeco.opencv.opencv_core.Size(w, h)) {
      canvas.put(black);
      opencv_imgproc.resize(
          image,
          part,
          to,
          0,
          0,
          scale < 1 ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_LINEAR);
    }
    return canvas;
  }

  @Override
  public void close() {
    canvas.close();
  }
}
