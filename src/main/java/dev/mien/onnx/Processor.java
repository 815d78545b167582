package dev.mien.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the processor has that changes how networks are run. */
final class Processor {
  private static final Path LINUX = Path.of("/proc/cpuinfo");

  private Processor() {}

  /**
   * Whether sums of eight-bit products are exact whatever the weights. Without VNNI, x86's quick
   * instruction for them saturates at 16 bits, and ONNX Runtime has to be told to take the slower
   * way, which is nearly as slow as floats, unless the weights are so small that nothing can
   * saturate. Where nobody knows, the slower way is the right one.
   */
  static boolean sumsExactly() {
    try {
      String flags = Files.readString(LINUX);
      return flags.contains("_vnni") || !flags.contains("sse2");
    } catch (IOException e) {
      return false;
    }
  }
}
