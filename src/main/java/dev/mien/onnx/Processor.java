package dev.mien.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the processor has that changes how networks are run and taught. */
public final class Processor {
  /** As Linux names them; empty where nobody knows. */
  private static final String FLAGS = flags();

  private Processor() {}

  /**
   * Whether sums of eight-bit products are exact whatever the weights. Without VNNI, x86's quick
   * instruction for them saturates at 16 bits, and ONNX Runtime has to be told to take the slower
   * way, which is nearly as slow as floats, unless the weights are so small that nothing can
   * saturate. Where nobody knows, the slower way is the right one.
   */
  static boolean sumsExactly() {
    return FLAGS.contains("_vnni") || !(FLAGS.isEmpty() || FLAGS.contains("sse2"));
  }

  /** Whether it multiplies 16 bit floats itself; without, they are slower than 32 bits. */
  public static boolean multipliesBfloat16() {
    return FLAGS.contains("avx512_bf16");
  }

  private static String flags() {
    try {
      return Files.readString(Path.of("/proc/cpuinfo"));
    } catch (IOException e) {
      return "";
    }
  }
}
