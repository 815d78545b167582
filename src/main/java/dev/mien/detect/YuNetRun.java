package dev.mien.detect;

import dev.mien.face.Landmarks;
import dev.mien.face.Point;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/** One run of YuNet over a picture of any size: letterbox, network, and what its numbers mean. */
final class YuNetRun implements AutoCloseable {
  private final YuNetNetwork network;

  /** Takes what may be a face, in pixels of the picture. */
  @FunctionalInterface
  interface Taker {
    void take(
        double left, double top, double right, double bottom, double score, Landmarks landmarks);
  }

  /** Closes the network with itself. */
  YuNetRun(YuNetNetwork network) {
    this.network = network;
  }

  YuNetNetwork network() {
    return network;
  }

  /**
   * Brings a picture to this size, black on its right and below it up to multiples of 32, and reads
   * it.
   *
   * @param image 8 bits, BGR
   * @param least score that is worth to be taken, 0..1
   */
  void over(Mat image, int width, int height, double least, Taker taker) {
    try (Scalar black = new Scalar(0, 0, 0, 0);
        Mat canvas = new Mat(padded(height), padded(width), opencv_core.CV_8UC3, black);
        Rect place = new Rect(0, 0, width, height);
        Mat picture = new Mat(canvas, place);
        Size target = picture.size()) {
      opencv_imgproc.resize(image, picture, target, 0, 0, opencv_imgproc.INTER_LINEAR);
      List<FloatBuffer> outputs = network.forward(canvas);
      // Width and height were rounded each for itself, so each has its own way back.
      double scaleX = (double) image.cols() / width;
      double scaleY = (double) image.rows() / height;
      for (int level = 0; level < YuNetNetwork.STRIDES.size(); level++) {
        int stride = YuNetNetwork.STRIDES.get(level);
        int columns = canvas.cols() / stride;
        decode(outputs, level, columns, stride * scaleX, stride * scaleY, least, taker);
      }
    }
  }

  private static int padded(int side) {
    int step = YuNetNetwork.LARGEST_STRIDE;
    return (side + step - 1) / step * step;
  }

  /** A cell is {@code cellX} x {@code cellY} pixels of the picture. */
  private static void decode(
      List<FloatBuffer> outputs,
      int level,
      int columns,
      double cellX,
      double cellY,
      double least,
      Taker taker) {
    int levels = YuNetNetwork.STRIDES.size();
    FloatBuffer cls = outputs.get(level);
    FloatBuffer obj = outputs.get(level + levels);
    FloatBuffer box = outputs.get(level + 2 * levels);
    FloatBuffer kps = outputs.get(level + 3 * levels);
    int cells = cls.remaining();
    for (int i = 0; i < cells; i++) {
      double squared = share(cls.get(i)) * share(obj.get(i));
      if (!(squared >= least * least)) {
        continue;
      }
      int column = i % columns;
      int row = i / columns;
      double centerX = (column + box.get(4 * i)) * cellX;
      double centerY = (row + box.get(4 * i + 1)) * cellY;
      double halfWidth = Math.exp(box.get(4 * i + 2)) * cellX / 2;
      double halfHeight = Math.exp(box.get(4 * i + 3)) * cellY / 2;
      Point[] p = new Point[5];
      for (int k = 0; k < p.length; k++) {
        int at = 10 * i + 2 * k;
        p[k] = new Point((column + kps.get(at)) * cellX, (row + kps.get(at + 1)) * cellY);
      }
      taker.take(
          centerX - halfWidth,
          centerY - halfHeight,
          centerX + halfWidth,
          centerY + halfHeight,
          Math.sqrt(squared),
          new Landmarks(p[0], p[1], p[2], p[3], p[4]));
    }
  }

  private static double share(float value) {
    return Math.min(Math.max(value, 0), 1);
  }

  @Override
  public void close() {
    network.close();
  }
}
