package dev.mien.face;

/**
 * How a face looks, in few numbers: brightness on a grid over its box. It tells whether a face has
 * changed since a model was asked about it, by its look, its pose or its light.
 */
public final class Appearance {
  /** Rows and columns of the grid. */
  public static final int SIDE = 12;

  private final byte[] gray;

  /**
   * @param gray {@link #SIDE} x {@link #SIDE} values, 0..255, row by row; not copied
   */
  public Appearance(byte[] gray) {
    if (gray.length != SIDE * SIDE) {
      throw new IllegalArgumentException(
          "found %d values, expected %d".formatted(gray.length, SIDE * SIDE));
    }
    this.gray = gray;
  }

  /** The mean distance of the values, 0..1; 0 where both look the same. */
  public double difference(Appearance other) {
    int sum = 0;
    for (int i = 0; i < gray.length; i++) {
      sum += Math.abs((gray[i] & 255) - (other.gray[i] & 255));
    }
    return sum / (255.0 * gray.length);
  }
}
