package dev.mien.teach;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the processor is good at. */
final class Processor {
  private static final boolean BFLOAT16 = flags().contains("avx512_bf16");

  private Processor() {}

  /** Whether it multiplies 16 bit floats itself; without, they are slower than 32 bits. */
  static boolean multipliesBfloat16() {
    return BFLOAT16;
  }

  private static String flags() {
    try {
      return Files.readString(Path.of("/proc/cpuinfo"));
    } catch (IOException e) {
      return "";
    }
  }
}
