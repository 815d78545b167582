package dev.mien.rtsp;

import java.io.ByteArrayOutputStream;
import java.util.Random;

/** Pictures as an encoder would give them; nobody decodes them. */
final class Units {
  static final byte[] SPS = {0x67, 0x4D, 0x40, 0x1F, 1, 2, 3};
  static final byte[] PPS = {0x68, 9, 8, 7};

  private Units() {}

  /** A key frame with its parameter sets. */
  static byte[] key(int bytes) {
    ByteArrayOutputStream unit = new ByteArrayOutputStream();
    add(unit, SPS);
    add(unit, PPS);
    add(unit, slice(0x65, bytes));
    return unit.toByteArray();
  }

  static byte[] other(int bytes) {
    ByteArrayOutputStream unit = new ByteArrayOutputStream();
    add(unit, slice(0x41, bytes));
    return unit.toByteArray();
  }

  private static void add(ByteArrayOutputStream unit, byte[] nal) {
    unit.writeBytes(new byte[] {0, 0, 0, 1});
    unit.writeBytes(nal);
  }

  /** Without start codes in it. */
  static byte[] slice(int head, int bytes) {
    byte[] nal = new byte[bytes];
    new Random(bytes).nextBytes(nal);
    for (int i = 1; i < bytes; i++) {
      nal[i] |= 1;
    }
    nal[0] = (byte) head;
    return nal;
  }
}
