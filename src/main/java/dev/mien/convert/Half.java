package dev.mien.convert;

/** IEEE 754 binary16; the JDK learnt it after 17. */
final class Half {
  private Half() {}

  /** The nearest half, ties to even; what is too big becomes infinite. */
  static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int rest = bits & 0x7fffffff;
    if (rest > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (rest >= 0x38800000) {
      int rounded = rest + 0xfff + (rest >>> 13 & 1);
      int half = (rounded - 0x38000000) >>> 13;
      return (short) (sign | Math.min(half, 0x7c00));
    }
    // Below the normal halves: multiples of 2^-24.
    return (short) (sign | (int) Math.rint(Math.abs(value) * 0x1p24));
  }

  static float value(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >>> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float subnormal = fraction * 0x1p-24f;
      return sign == 0 ? subnormal : -subnormal;
    }
    int wide = exponent == 31 ? 0xff : exponent + 112;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }
}
