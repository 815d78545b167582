package dev.mien.classify;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Pictures that belong to nobody: something like a face in loud colours, off the middle, so that
 * whoever mixes up channels, axes or ranges sees another picture. The same ones every time.
 */
final class Drawings {
  static final int SIDE = 64;

  private Drawings() {}

  /** So many of them, 8 bit BGR; the caller closes each. */
  static Stream<Mat> first(int count) {
    return IntStream.range(0, count).mapToObj(Drawings::draw);
  }

  private static Mat draw(int number) {
    Random random = new Random(number);
    Mat picture = new Mat(SIDE, SIDE, opencv_core.CV_8UC3);
    background(picture, random);
    int x = SIDE / 2 + random.nextInt(-8, 9);
    int y = SIDE / 2 + random.nextInt(-8, 9);
    int width = random.nextInt(14, 26);
    int height = random.nextInt(18, 30);
    ellipse(picture, x, y, width, height, 0, 360, color(random), -1);
    Scalar dark = color(random);
    int brow = random.nextInt(-4, 5);
    int eye = random.nextInt(1, 6);
    for (int side = -1; side <= 1; side += 2) {
      int at = x + side * width / 2;
      ellipse(picture, at, y - height / 3, 4, eye, 0, 360, color(random), -1);
      line(
          picture,
          at - 6,
          y - height / 2 + side * brow,
          at + 6,
          y - height / 2 - side * brow,
          dark);
    }
    line(picture, x, y - 2, x + random.nextInt(-5, 6), y + 6, dark);
    boolean open = random.nextInt(3) == 0;
    int turn = random.nextBoolean() ? 0 : 180;
    ellipse(
        picture,
        x,
        y + height / 2,
        random.nextInt(4, 12),
        random.nextInt(1, 9),
        turn,
        turn + (open ? 360 : 180),
        color(random),
        open ? -1 : 2);
    dark.close();
    try (Size three = new Size(3, 3)) {
      opencv_imgproc.GaussianBlur(picture, picture, three, 0);
    }
    return picture;
  }

  /** From one colour at the left to another at the right, and a third one in a corner. */
  private static void background(Mat picture, Random random) {
    int[] from = {random.nextInt(256), random.nextInt(256), random.nextInt(256)};
    int[] to = {random.nextInt(256), random.nextInt(256), random.nextInt(256)};
    byte[] pixels = new byte[SIDE * SIDE * 3];
    for (int i = 0; i < pixels.length; i++) {
      int column = i / 3 % SIDE;
      pixels[i] = (byte) (from[i % 3] + (to[i % 3] - from[i % 3]) * column / (SIDE - 1));
    }
    picture.data().put(pixels);
    ellipse(picture, SIDE, 0, 20, 12, 0, 360, color(random), -1);
  }

  private static Scalar color(Random random) {
    return new Scalar(random.nextInt(256), random.nextInt(256), random.nextInt(256), 0);
  }

  /** Closes the colour. */
  private static void ellipse(
      Mat picture,
      int x,
      int y,
      int width,
      int height,
      int from,
      int to,
      Scalar color,
      int thickness) {
    try (color;
        Point center = new Point(x, y);
        Size axes = new Size(width, height)) {
      opencv_imgproc.ellipse(
          picture, center, axes, 0, from, to, color, thickness, opencv_imgproc.LINE_AA, 0);
    }
  }

  private static void line(Mat picture, int x0, int y0, int x1, int y1, Scalar color) {
    try (Point from = new Point(x0, y0);
        Point to = new Point(x1, y1)) {
      opencv_imgproc.line(picture, from, to, color, 2, opencv_imgproc.LINE_AA, 0);
    }
  }
}
