package dev.mien.source;

import dev.mien.frame.Frame;
import java.util.OptionalInt;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.jspecify.annotations.Nullable;

/**
 * Colour bars with a wandering disc and the frame's number, for people in digits and for programs
 * in the last rows: 32 cells across, black 0 and white 1, the first 24 the number, highest bit
 * first, the last 8 the sum of its bytes. The cells survive H.264.
 */
public final class PatternSource implements Source {
  private static final int BITS = 32;
  private static final int NUMBER_BITS = 24;

  /** BGR: white, yellow, cyan, green, magenta, red, blue at three quarters, as test cards have. */
  private static final int[][] BARS = {
    {191, 191, 191},
    {0, 191, 191},
    {191, 191, 0},
    {0, 191, 0},
    {191, 0, 191},
    {0, 0, 191},
    {191, 0, 0}
  };

  private final String name;
  private final int width;
  private final int height;
  private final double rate;
  private final long frames;
  private final boolean endless;
  private long sequence;
  private volatile boolean closed;

  /**
   * @param rate frames a second
   * @param frames how many; null: for ever
   */
  PatternSource(String name, int width, int height, double rate, @Nullable Long frames) {
    this.name = name;
    this.width = width;
    this.height = height;
    this.rate = rate;
    this.frames = frames == null ? Long.MAX_VALUE : frames;
    endless = frames == null;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Pace pace() {
    return endless ? Pace.LIVE : Pace.RECORDED;
  }

  @Override
  public @Nullable Frame read() {
    if (closed || sequence >= frames) {
      return null;
    }
    Mat image = new Mat(height, width, opencv_core.CV_8UC3);
    draw(image, sequence);
    long timestamp = Math.round(sequence * 1e9 / rate);
    return new Frame(sequence++, timestamp, image);
  }

  private void draw(Mat image, long number) {
    for (int i = 0; i < BARS.length; i++) {
      int left = width * i / BARS.length;
      int right = width * (i + 1) / BARS.length;
      fill(image, left, 0, right, height, BARS[i][0], BARS[i][1], BARS[i][2]);
    }
    int radius = height / 8;
    int x = (int) (radius + (width - 2 * radius) * (0.5 + 0.5 * Math.sin(number / 20.0)));
    int y = (int) (height / 2.0 + height / 6.0 * Math.sin(number / 7.0));
    try (Point center = new Point(x, y);
        Scalar dark = new Scalar(40, 40, 40, 0);
        Scalar white = new Scalar(255, 255, 255, 0);
        Point text = new Point(width / 20, height / 5)) {
      opencv_imgproc.circle(image, center, radius, dark, opencv_imgproc.FILLED, 16, 0);
      opencv_imgproc.putText(
          image,
          Long.toString(number),
          text,
          opencv_imgproc.FONT_HERSHEY_SIMPLEX,
          height / 240.0,
          dark,
          Math.max(3, height / 60),
          16,
          false);
      opencv_imgproc.putText(
          image,
          Long.toString(number),
          text,
          opencv_imgproc.FONT_HERSHEY_SIMPLEX,
          height / 240.0,
          white,
          Math.max(1, height / 180),
          16,
          false);
    }
    drawCounter(image, number);
  }

  /** Draws a number into the last rows of a picture, for {@link #readCounter}. */
  public static void drawCounter(Frame frame, long number) {
    drawCounter(frame.image(), number);
  }

  private static void drawCounter(Mat image, long number) {
    int width = image.cols();
    int height = image.rows();
    long code = code(number);
    for (int i = 0; i < BITS; i++) {
      int level = (code >> (BITS - 1 - i) & 1) == 1 ? 255 : 0;
      fill(
          image,
          width * i / BITS,
          height - cellHeight(height),
          width * (i + 1) / BITS,
          height,
          level,
          level,
          level);
    }
  }

  private static void fill(
      Mat image, int left, int top, int right, int bottom, int blue, int green, int red) {
    try (Rect place = new Rect(left, top, right - left, bottom - top);
        Mat part = new Mat(image, place);
        Scalar color = new Scalar(blue, green, red, 0);
        Mat value = new Mat(color)) {
      part.setTo(value);
    }
  }

  private static int cellHeight(int height) {
    return Math.max(8, height / 16);
  }

  private static long code(long number) {
    long low = number & ((1L << NUMBER_BITS) - 1);
    long sum = ((low >> 16) + (low >> 8 & 255) + (low & 255)) & 255;
    return low << (BITS - NUMBER_BITS) | sum;
  }

  /** The number that was drawn into this picture, modulo 2^24; empty if its sum does not agree. */
  public static OptionalInt readCounter(Frame frame) {
    int width = frame.size().width();
    int height = frame.size().height();
    long code = 0;
    for (int i = 0; i < BITS; i++) {
      int left = width * i / BITS;
      int right = width * (i + 1) / BITS;
      int inset = (right - left) / 4;
      int cell = cellHeight(height);
      try (Rect place =
              new Rect(
                  left + inset,
                  height - cell + cell / 4,
                  Math.max(1, right - left - 2 * inset),
                  Math.max(1, cell / 2));
          Mat part = new Mat(frame.image(), place);
          Scalar mean = opencv_core.mean(part)) {
        code = code << 1 | (mean.get(1) > 127 ? 1 : 0);
      }
    }
    int number = (int) (code >> (BITS - NUMBER_BITS));
    return code(number) == code ? OptionalInt.of(number) : OptionalInt.empty();
  }

  @Override
  public void close() {
    closed = true;
  }
}
