package dev.mien.evaluate;

import static org.bytedeco.opencv.global.opencv_core.BORDER_REPLICATE;
import static org.bytedeco.opencv.global.opencv_core.CV_64F;
import static org.bytedeco.opencv.global.opencv_core.CV_8U;
import static org.bytedeco.opencv.global.opencv_core.LUT;
import static org.bytedeco.opencv.global.opencv_imgproc.GaussianBlur;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;
import static org.bytedeco.opencv.global.opencv_imgproc.warpAffine;

import dev.mien.frame.Box;
import java.nio.DoubleBuffer;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * What light, cameras and detectors do to a face without changing what it is.
 *
 * @param row of the table in which it counts
 */
record Variation(String row, Change change) {
  /** All of them, in the order of the table. */
  static final List<Variation> ALL =
      List.of(
          new Variation("gamma 0.5", (p, f) -> table(p, v -> 255 * Math.sqrt(v / 255))),
          new Variation("gamma 2", (p, f) -> table(p, v -> v * v / 255)),
          new Variation("contrast 0.4", (p, f) -> table(p, v -> 128 + 0.4 * (v - 128))),
          new Variation("contrast 1.5", (p, f) -> table(p, v -> 128 + 1.5 * (v - 128))),
          new Variation("shadow from one side", (p, f) -> shadow(p, f, -1)),
          new Variation("shadow from one side", (p, f) -> shadow(p, f, 1)),
          new Variation("JPEG quality 30", (p, f) -> jpeg(p)),
          new Variation("blurred by 3 % of its height", Variation::blur),
          new Variation("24 pixels high", Variation::small),
          new Variation("rolled by 20 degrees", (p, f) -> moved(p, f, -20, 0, 0)),
          new Variation("rolled by 20 degrees", (p, f) -> moved(p, f, 20, 0, 0)),
          new Variation("moved by 10 %", (p, f) -> moved(p, f, 0, -0.1, 0)),
          new Variation("moved by 10 %", (p, f) -> moved(p, f, 0, 0.1, 0)),
          new Variation("moved by 10 %", (p, f) -> moved(p, f, 0, 0, -0.1)),
          new Variation("moved by 10 %", (p, f) -> moved(p, f, 0, 0, 0.1)));

  private static final int POOR_JPEG = 30;
  private static final double BLURRED = 0.03;
  private static final double FAR = 24;
  private static final double DARK = 0.35;
  private static final double SOFT = 0.25;

  /** Makes another picture of the same size. */
  interface Change {
    Mat of(Mat picture, Box face);
  }

  /**
   * A new picture, varied.
   *
   * @param picture 8 bit BGR, not changed
   * @param face where the face is in it, in pixels
   */
  Mat of(Mat picture, Box face) {
    return change.of(picture, face);
  }

  private static Mat table(Mat picture, DoubleUnaryOperator light) {
    byte[] values = new byte[256];
    for (int v = 0; v < values.length; v++) {
      values[v] = (byte) Math.max(0, Math.min(255, Math.round(light.applyAsDouble(v))));
    }
    Mat varied = new Mat();
    try (BytePointer bytes = new BytePointer(values);
        Mat table = new Mat(1, values.length, CV_8U, bytes)) {
      LUT(picture, table, varied);
    }
    return varied;
  }

  /** One half of the face is dark, with a soft edge down its middle. */
  private static Mat shadow(Mat picture, Box face, int side) {
    Mat varied = picture.clone();
    int width = varied.cols();
    int channels = varied.channels();
    byte[] row = new byte[width * channels];
    for (int y = 0; y < varied.rows(); y++) {
      try (BytePointer at = varied.ptr(y)) {
        at.get(row);
        for (int x = 0; x < width; x++) {
          double far = side * (x + 0.5 - face.centerX()) / face.width() / SOFT;
          double share = Math.max(0, Math.min(1, 0.5 + far));
          double by = 1 - share * (1 - DARK);
          for (int c = x * channels; c < (x + 1) * channels; c++) {
            row[c] = (byte) Math.round((row[c] & 0xff) * by);
          }
        }
        at.put(row);
      }
    }
    return varied;
  }

  private static Mat jpeg(Mat picture) {
    try (BytePointer bytes = new BytePointer();
        IntPointer quality = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, POOR_JPEG)) {
      opencv_imgcodecs.imencode(".jpg", picture, bytes, quality);
      try (Mat encoded = new Mat(1, (int) bytes.limit(), CV_8U, bytes)) {
        return opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_COLOR);
      }
    }
  }

  private static Mat blur(Mat picture, Box face) {
    Mat varied = new Mat();
    try (Size kernel = new Size(0, 0)) {
      GaussianBlur(picture, varied, kernel, BLURRED * face.height());
    }
    return varied;
  }

  private static Mat small(Mat picture, Box face) {
    double scale = Math.min(1, FAR / face.height());
    Mat varied = new Mat();
    try (Mat less = new Mat();
        Size far =
            new Size(
                Math.max(1, (int) Math.round(scale * picture.cols())),
                Math.max(1, (int) Math.round(scale * picture.rows())));
        Size size = new Size(picture.cols(), picture.rows())) {
      resize(picture, less, far, 0, 0, INTER_AREA);
      resize(less, varied, size, 0, 0, INTER_LINEAR);
    }
    return varied;
  }

  /** Turned around the middle of the face, and moved by shares of its size. */
  private static Mat moved(Mat picture, Box face, double degrees, double right, double down) {
    double cos = Math.cos(Math.toRadians(degrees));
    double sin = Math.sin(Math.toRadians(degrees));
    double x = face.centerX() - 0.5;
    double y = face.centerY() - 0.5;
    Mat varied = new Mat();
    try (Mat affine = new Mat(2, 3, CV_64F);
        Size size = new Size(picture.cols(), picture.rows())) {
      DoubleBuffer matrix = affine.createBuffer();
      matrix.put(0, cos).put(1, -sin).put(2, x - cos * x + sin * y + right * face.width());
      matrix.put(3, sin).put(4, cos).put(5, y - sin * x - cos * y + down * face.height());
      warpAffine(picture, varied, affine, size, INTER_LINEAR, BORDER_REPLICATE, Scalar.BLACK);
    }
    return varied;
  }
}
