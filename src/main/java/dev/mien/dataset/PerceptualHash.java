package dev.mien.dataset;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_img_hash;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * What a picture looks like from afar, to find copies of it: of other sizes, coded anew, a little
 * lighter or noisier, or mirrored. A perceptual hash (Zauner, "Implementation and Benchmarking of
 * Perceptual Image Hash Functions", 2010) proposes, and the picture made very small decides: faces
 * that were aligned have hashes too much alike.
 */
public final class PerceptualHash {
  private static final int HASHED = 32;
  private static final int SMALL = 16;
  private static final int MOST_BITS = 10;
  private static final double LEAST_CORRELATION = 0.97;

  private final long hash;
  private final byte[] small;

  private PerceptualHash(long hash, byte[] small) {
    this.hash = hash;
    this.small = small;
  }

  /** A picture's own look and that of its mirror image. */
  record Pair(PerceptualHash own, PerceptualHash mirrored) {}

  /**
   * @param picture 8 bit BGR, lent
   */
  static Pair of(Mat picture) {
    try (Size size = new Size(HASHED, HASHED);
        Mat gray = new Mat();
        Mat mirror = new Mat()) {
      try (Mat color = new Mat()) {
        opencv_imgproc.resize(picture, color, size, 0, 0, opencv_imgproc.INTER_AREA);
        opencv_imgproc.cvtColor(color, gray, opencv_imgproc.COLOR_BGR2GRAY);
      }
      opencv_core.flip(gray, mirror, 1);
      return new Pair(ofGray(gray), ofGray(mirror));
    }
  }

  private static PerceptualHash ofGray(Mat gray) {
    try (Size size = new Size(SMALL, SMALL);
        Mat code = new Mat();
        Mat tiny = new Mat()) {
      opencv_img_hash.pHash(gray, code);
      long bits = 0;
      for (byte b : bytes(code)) {
        bits = bits << 8 | (b & 0xff);
      }
      opencv_imgproc.resize(gray, tiny, size, 0, 0, opencv_imgproc.INTER_AREA);
      return new PerceptualHash(bits, normalized(bytes(tiny)));
    }
  }

  private static byte[] bytes(Mat mat) {
    byte[] bytes = new byte[Math.toIntExact(mat.total())];
    try (BytePointer data = new BytePointer(mat.data())) {
      data.get(bytes);
    }
    return bytes;
  }

  /** Of mean 0 and such a length that the product of two is their correlation, times LENGTH². */
  private static byte[] normalized(byte[] gray) {
    double mean = 0;
    for (byte g : gray) {
      mean += (g & 0xff) / (double) gray.length;
    }
    double power = 0;
    for (byte g : gray) {
      power += ((g & 0xff) - mean) * ((g & 0xff) - mean);
    }
    double factor = LENGTH / Math.max(1, Math.sqrt(power));
    byte[] result = new byte[gray.length];
    for (int i = 0; i < gray.length; i++) {
      double value = ((gray[i] & 0xff) - mean) * factor;
      result[i] = (byte) Math.round(Math.max(Byte.MIN_VALUE, Math.min(Byte.MAX_VALUE, value)));
    }
    return result;
  }

  private static final double LENGTH = 400;

  /** Whether it may be the same picture. */
  public boolean resembles(PerceptualHash other) {
    return Long.bitCount(hash ^ other.hash) <= MOST_BITS && correlation(other) >= LEAST_CORRELATION;
  }

  long hash() {
    return hash;
  }

  /** Whether the hashes speak for it; quick, to be asked of all pairs. */
  boolean near(long other) {
    return Long.bitCount(hash ^ other) <= MOST_BITS;
  }

  private double correlation(PerceptualHash other) {
    int product = 0;
    int own = 0;
    int others = 0;
    for (int i = 0; i < small.length; i++) {
      product += small[i] * other.small[i];
      own += small[i] * small[i];
      others += other.small[i] * other.small[i];
    }
    // Two plain pictures are copies of one another as far as anyone can tell.
    return own == 0 || others == 0
        ? (own == others ? 1 : 0)
        : product / Math.sqrt((double) own * others);
  }
}
