package dev.mien.convert;

/**
 * The values that a tensor takes, and the eight bits that stand for them best. Give all values to
 * {@link #widen}, then all again to {@link #count}.
 */
final class Range {
  private static final int BINS = 2048;
  private static final int LEVELS = 255;

  /** Narrower ranges are tried in steps of this share, down to a quarter. */
  private static final double SHRINK = 0.05;

  private static final double NARROWEST = 0.25;

  private float low;
  private float high;
  private final long[] bins = new long[BINS];

  /**
   * How a number is stored: {@code value = (stored - zero) * scale}.
   *
   * @param zero 0..255
   */
  record Step(float scale, int zero) {}

  /** Zero always belongs to the range: padding and silenced units are exact then. */
  void widen(float[] values) {
    for (float value : values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }

  void count(float[] values) {
    double width = width();
    for (float value : values) {
      bins[Math.min(BINS - 1, Math.max(0, (int) ((value - low) / width)))]++;
    }
  }

  private double width() {
    return high > low ? ((double) high - low) / BINS : 1;
  }

  /** The range with the smallest mean squared error: a few far values may be cut off. */
  Step step() {
    double bestLow = low;
    double bestHigh = high;
    double least = Double.POSITIVE_INFINITY;
    for (double a = 1; a >= NARROWEST; a -= SHRINK) {
      for (double b = 1; b >= NARROWEST; b -= SHRINK) {
        double error = error(a * low, b * high);
        if (error < least) {
          least = error;
          bestLow = a * low;
          bestHigh = b * high;
        }
      }
      if (low == 0) {
        break;
      }
    }
    double scale = (bestHigh - bestLow) / LEVELS;
    if (!(scale > Float.MIN_NORMAL)) {
      return new Step(1, 0);
    }
    return new Step((float) scale, (int) Math.round(-bestLow / scale));
  }

  private double error(double from, double to) {
    double step = (to - from) / LEVELS;
    double rounding = step * step / 12;
    double width = width();
    double sum = 0;
    for (int i = 0; i < BINS; i++) {
      double value = low + (i + 0.5) * width;
      double off = Math.max(0, Math.max(from - value, value - to));
      sum += bins[i] * (off > 0 ? off * off : rounding);
    }
    return sum;
  }
}
