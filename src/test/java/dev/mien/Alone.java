package dev.mien;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program of the tests in a virtual machine of its own, so that what grows in its memory is its
 * own doing: all of the heap is there from the start, no agent measures along, and the compiler
 * that works for minutes, and takes megabytes for it, is off.
 */
public final class Alone {
  private Alone() {}

  /**
   * The lines that it prints.
   *
   * @param heap megabytes
   */
  public static List<String> run(Class<?> program, int heap, String... arguments)
      throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms" + heap + "m",
                "-Xmx" + heap + "m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    line.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(program + " ended with " + process.exitValue() + ": " + out);
      }
      return out.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Memory of this process, as Linux counts it, in bytes. */
  public static long resident() throws IOException {
    try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
      String resident = status.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(resident.replaceAll("\\D", "")) << 10;
    }
  }
}
