package dev.mien.convert;

import java.util.Arrays;

/**
 * A constant of a network, in TensorFlow's order of axes.
 *
 * @param values in row-major order
 * @param integer whether the values are whole numbers: axes, sizes, paddings
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes of numbers, never compared.
public record Weight(String name, int[] shape, float[] values, boolean integer) {
  int rank() {
    return shape.length;
  }

  /** The numbers of an axis list, a shape or paddings. */
  long[] longs() {
    long[] longs = new long[values.length];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = (long) values[i];
    }
    return longs;
  }

  Weight reshaped(int... to) {
    return new Weight(name, to, values, integer);
  }

  /** The same with its axes in another order: axis {@code i} of the result is {@code order[i]}. */
  Weight transposed(int... order) {
    int rank = shape.length;
    int[] strides = new int[rank];
    int stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    int[] to = Arrays.stream(order).map(axis -> shape[axis]).toArray();
    float[] moved = new float[values.length];
    int[] index = new int[rank];
    for (int at = 0; at < moved.length; at++) {
      int from = 0;
      for (int i = 0; i < rank; i++) {
        from += index[i] * strides[order[i]];
      }
      moved[at] = values[from];
      for (int i = rank - 1; i >= 0 && ++index[i] == to[i]; i--) {
        index[i] = 0;
      }
    }
    return new Weight(name, to, moved, integer);
  }
}
