package dev.mien.dataset;

import static org.bytedeco.opencv.global.opencv_core.BORDER_REFLECT;
import static org.bytedeco.opencv.global.opencv_core.BORDER_REPLICATE;
import static org.bytedeco.opencv.global.opencv_core.CV_64F;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.transform;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_BGR2GRAY;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_GRAY2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.FILLED;
import static org.bytedeco.opencv.global.opencv_imgproc.GaussianBlur;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;
import static org.bytedeco.opencv.global.opencv_imgproc.LINE_8;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.ellipse;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;
import static org.bytedeco.opencv.global.opencv_imgproc.warpAffine;

import java.nio.DoubleBuffer;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Varies pictures as an {@link Augmentation} says. A picture comes with a rim around it, so that
 * turning and moving bring in what is really there; the centre of it, of the wanted size, is what
 * nobody varied. For one thread at a time.
 */
public final class Augmenter implements AutoCloseable {
  private static final double SMALLEST_SHRINK = 0.3;
  private static final int WORST_JPEG = 25;
  private static final int BEST_JPEG = 75;
  private static final double MOST_NOISE = 12;
  private static final double LARGEST_HIDDEN = 0.45;
  private static final double STRONGEST_COLOR = 1.5;
  private static final double DARKEST = 0.2;
  private static final double LIGHTEST = 1.8;

  private final Augmentation augmentation;
  private final int width;
  private final int height;
  private final Mat affine = new Mat(2, 3, CV_64F);
  private final Mat turned = new Mat(3, 3, CV_64F);
  private final Mat warped = new Mat();
  private final Mat other = new Mat();
  private final Size size;
  private final byte[] table = new byte[256];

  /**
   * @param width of the pictures that come out, in pixels
   */
  public Augmenter(Augmentation augmentation, int width, int height) {
    this.augmentation = augmentation;
    this.width = width;
    this.height = height;
    this.size = new Size(width, height);
  }

  /**
   * A varied picture, 8 bit with the channels of the one given, lent until the next call.
   *
   * @param rimmed 8 bit gray or BGR, at least as large as what comes out
   */
  public Mat vary(Mat rimmed, RandomGenerator random) {
    warp(rimmed, random);
    if (augmentation.gamma() > 0) {
      gamma(random);
    }
    light(random);
    if (warped.channels() == 3 && augmentation.tint() > 0 && happens(augmentation.tint(), random)) {
      tint(random);
    }
    if (augmentation.shade() > 0 && happens(augmentation.shade(), random)) {
      shade(random);
    }
    if (augmentation.cover() > 0 && happens(augmentation.cover(), random)) {
      cover(random);
    }
    if (happens(augmentation.shrink(), random)) {
      double scale = between(random, SMALLEST_SHRINK, 1);
      try (Size less =
          new Size(Math.max(4, (int) (width * scale)), Math.max(4, (int) (height * scale)))) {
        resize(warped, other, less, 0, 0, INTER_AREA);
      }
      resize(other, warped, size, 0, 0, INTER_LINEAR);
    }
    if (happens(augmentation.blur(), random)) {
      try (Size kernel = new Size(0, 0)) {
        GaussianBlur(warped, warped, kernel, between(random, 0.4, 0.02 * width + 0.4));
      }
    }
    if (warped.channels() == 3 && happens(augmentation.gray(), random)) {
      cvtColor(warped, other, COLOR_BGR2GRAY);
      cvtColor(other, warped, COLOR_GRAY2BGR);
    }
    if (happens(augmentation.occlusion(), random)) {
      hide(random);
    }
    if (happens(augmentation.noise(), random)) {
      addNoise(random);
    }
    if (happens(augmentation.jpeg(), random)) {
      compress(WORST_JPEG + random.nextInt(BEST_JPEG - WORST_JPEG));
    }
    return warped;
  }

  private static boolean happens(double chance, RandomGenerator random) {
    return random.nextDouble() < chance;
  }

  private static double between(RandomGenerator random, double low, double high) {
    return low + random.nextDouble() * (high - low);
  }

  private static double around(RandomGenerator random, double share) {
    return between(random, -share, share);
  }

  /** From the rimmed picture's centre to the result's, turned, slanted, zoomed and moved. */
  private void warp(Mat rimmed, RandomGenerator random) {
    double angle = Math.toRadians(around(random, augmentation.rotate()));
    double zoom = Math.exp(around(random, Math.log1p(augmentation.zoom())));
    double stretch = Math.exp(around(random, Math.log1p(augmentation.stretch())) / 2);
    double shear = around(random, augmentation.shear());
    double mirror = happens(augmentation.flip(), random) ? -1 : 1;
    double scaleX = mirror * zoom * stretch;
    double scaleY = zoom / stretch;
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    double a = cos * scaleX;
    double b = (cos * shear - sin) * scaleY;
    double c = sin * scaleX;
    double d = (sin * shear + cos) * scaleY;
    double fromX = (rimmed.cols() - 1) / 2.0;
    double fromY = (rimmed.rows() - 1) / 2.0;
    double toX = (width - 1) / 2.0 + around(random, augmentation.shift()) * width;
    double toY = (height - 1) / 2.0 + around(random, augmentation.shift()) * height;
    DoubleBuffer matrix = affine.createBuffer();
    matrix.put(0, a).put(1, b).put(2, toX - a * fromX - b * fromY);
    matrix.put(3, c).put(4, d).put(5, toY - c * fromX - d * fromY);
    warpAffine(rimmed, warped, affine, size, INTER_LINEAR, BORDER_REPLICATE, Scalar.BLACK);
  }

  /** Darker or lighter in the middle, as another camera or screen shows it. */
  private void gamma(RandomGenerator random) {
    double exponent = Math.pow(2, around(random, augmentation.gamma()));
    for (int v = 0; v < table.length; v++) {
      table[v] = (byte) Math.round(255 * Math.pow(v / 255.0, exponent));
    }
    byte[] bytes = new byte[width * height * warped.channels()];
    warped.data().get(bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = table[bytes[i] & 0xff];
    }
    warped.data().put(bytes);
  }

  private void light(RandomGenerator random) {
    if (augmentation.light() == 0) {
      return;
    }
    double contrast = 1 + around(random, augmentation.light());
    double brightness = 128 * (around(random, augmentation.light()) + 1 - contrast);
    warped.convertTo(warped, -1, contrast, brightness);
  }

  /** Turns the colours around the axis of grays, which keeps the lightness. */
  private void tint(RandomGenerator random) {
    double angle = around(random, Math.PI);
    double strength = between(random, 0, STRONGEST_COLOR);
    double along = strength * Math.cos(angle);
    double across = strength * Math.sin(angle) / Math.sqrt(3);
    DoubleBuffer matrix = turned.createBuffer();
    for (int i = 0; i < 3; i++) {
      matrix.put(4 * i, (1 - along) / 3 + along);
      matrix.put(3 * i + (i + 1) % 3, (1 - along) / 3 - across);
      matrix.put(3 * i + (i + 2) % 3, (1 - along) / 3 + across);
    }
    transform(warped, other, turned);
    other.copyTo(warped);
  }

  /** Light from one side, a shadow over half of a face, something dark below the nose. */
  private void shade(RandomGenerator random) {
    double angle = around(random, Math.PI);
    double factor = Math.exp(between(random, Math.log(DARKEST), Math.log(LIGHTEST)));
    double edge = around(random, 0.3);
    double softness = between(random, 0.01, 0.25);
    double cos = Math.cos(angle) / width;
    double sin = Math.sin(angle) / height;
    int channels = warped.channels();
    byte[] bytes = new byte[width * height * channels];
    warped.data().get(bytes);
    for (int p = 0; p < width * height; p++) {
      int x = p % width;
      int y = p / width;
      double far = (x - width / 2.0) * cos + (y - height / 2.0) * sin - edge;
      double share = Math.max(0, Math.min(1, 0.5 + far / softness));
      double by = 1 + share * (factor - 1);
      for (int c = p * channels; c < (p + 1) * channels; c++) {
        bytes[c] = (byte) Math.min(255, Math.round((bytes[c] & 0xff) * by));
      }
    }
    warped.data().put(bytes);
  }

  /** Lays a piece of the picture, or two to four narrow ones as fingers, over mouth and chin. */
  private void cover(RandomGenerator random) {
    int pieces = 1 + random.nextInt(4);
    double thick = (pieces == 1 ? between(random, 0.12, 0.4) : between(random, 0.05, 0.1)) * width;
    double length = Math.max(thick, between(random, 0.2, 0.45) * width);
    double angle = around(random, Math.PI);
    double x = between(random, 0.3, 0.7) * width;
    double y = between(random, 0.6, 0.95) * height;
    double fromX = between(random, 0.2, 0.8) * width;
    double fromY = between(random, 0.05, 0.5) * height;
    double light = between(random, 0.6, 1.3);
    DoubleBuffer moved = affine.createBuffer();
    moved.put(new double[] {1, 0, x - fromX, 0, 1, y - fromY});
    warpAffine(warped, other, affine, size, INTER_LINEAR, BORDER_REFLECT, Scalar.BLACK);
    other.convertTo(other, -1, light, 0);
    try (Scalar white = Scalar.all(255);
        Mat shape = new Mat(height, width, CV_8UC1, Scalar.BLACK);
        Size axes = new Size((int) length, Math.max(1, (int) thick))) {
      for (int i = 0; i < pieces; i++) {
        double aside = (2 * i + 1 - pieces) * thick;
        try (Point centre =
            new Point((int) (x - aside * Math.sin(angle)), (int) (y + aside * Math.cos(angle)))) {
          double degrees = Math.toDegrees(angle);
          ellipse(shape, centre, axes, degrees, 0, 360, white, FILLED, LINE_8, 0);
        }
      }
      other.copyTo(warped, shape);
    }
  }

  /** A rectangle of one colour, or of noise: a hand, a cup, a passer-by. */
  private void hide(RandomGenerator random) {
    int w = (int) (width * between(random, 0.1, LARGEST_HIDDEN));
    int h = (int) (height * between(random, 0.1, LARGEST_HIDDEN));
    int x = random.nextInt(Math.max(1, width - w));
    int y = random.nextInt(Math.max(1, height - h));
    try (Rect where = new Rect(x, y, Math.max(1, w), Math.max(1, h));
        Mat hidden = new Mat(warped, where);
        Scalar color =
            new Scalar(random.nextInt(256), random.nextInt(256), random.nextInt(256), 0)) {
      hidden.put(color);
    }
  }

  private void addNoise(RandomGenerator random) {
    double most = between(random, 2, MOST_NOISE);
    byte[] bytes = new byte[width * height * warped.channels()];
    warped.data().get(bytes);
    for (int i = 0; i < bytes.length; i++) {
      // The sum of two even ones is near enough to a bell, and ten times as quick.
      double noise = (random.nextFloat() + random.nextFloat() - 1) * 2 * most;
      bytes[i] = (byte) Math.max(0, Math.min(255, (bytes[i] & 0xff) + Math.round(noise)));
    }
    warped.data().put(bytes);
  }

  private void compress(int quality) {
    boolean color = warped.channels() == 3;
    try (BytePointer jpeg = new BytePointer();
        IntPointer settings = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality)) {
      opencv_imgcodecs.imencode(".jpg", warped, jpeg, settings);
      try (Mat encoded = new Mat(1, (int) jpeg.limit(), CV_8UC1, jpeg);
          Mat decoded =
              opencv_imgcodecs.imdecode(
                  encoded,
                  color ? opencv_imgcodecs.IMREAD_COLOR : opencv_imgcodecs.IMREAD_GRAYSCALE)) {
        decoded.copyTo(warped);
      }
    }
  }

  @Override
  public void close() {
    affine.close();
    turned.close();
    warped.close();
    other.close();
    size.close();
  }
}
