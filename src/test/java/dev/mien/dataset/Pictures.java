package dev.mien.dataset;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/** Pictures of coloured discs, other ones for each seed. */
public final class Pictures {
  private Pictures() {}

  /** The caller closes it. */
  public static Mat draw(long seed, int width, int height) {
    Random random = new Random(seed);
    Mat mat = new Mat(height, width, opencv_core.CV_8UC3, color(random));
    for (int i = 0; i < 12; i++) {
      int x = random.nextInt(width);
      int y = random.nextInt(height);
      int radius = 1 + random.nextInt(width / 3);
      try (Point center = new Point(x, y);
          Scalar color = color(random)) {
        opencv_imgproc.circle(
            mat, center, radius, color, opencv_imgproc.FILLED, opencv_imgproc.LINE_AA, 0);
      }
    }
    return mat;
  }

  private static Scalar color(Random random) {
    return new Scalar(random.nextInt(256), random.nextInt(256), random.nextInt(256), 0);
  }

  public static Path write(Path file, long seed) throws java.io.IOException {
    try (Mat mat = draw(seed, 96, 96)) {
      return write(file, mat);
    }
  }

  public static Path write(Path file, Mat mat) throws java.io.IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    opencv_imgcodecs.imwrite(file.toString(), mat);
    return file;
  }

  /** The same at another size. */
  static Path resized(Path file, long seed, int width, int height) throws java.io.IOException {
    try (Mat mat = draw(seed, 96, 96);
        Mat other = new Mat();
        Size size = new Size(width, height)) {
      opencv_imgproc.resize(mat, other, size, 0, 0, opencv_imgproc.INTER_AREA);
      return write(file, other);
    }
  }

  static Path mirrored(Path file, long seed) throws java.io.IOException {
    try (Mat mat = draw(seed, 96, 96);
        Mat other = new Mat()) {
      opencv_core.flip(mat, other, 1);
      return write(file, other);
    }
  }
}
