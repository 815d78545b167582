package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The real program in a virtual machine of its own, started as the launcher does. */
final class Program {
  static final Path HOME = Path.of("").toAbsolutePath();
  static final Path CLIP = HOME.resolve("src/demo/cap13_edit2.mp4");
  static final long CLIP_FRAMES = 765;

  /** Only against hanging: fatal errors come within a second or two. */
  private static final long PATIENCE_SECONDS = 240;

  private final Path folder;
  private final List<String> before = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();

  /**
   * @param folder where it runs
   */
  Program(Path folder) {
    this.folder = folder;
  }

  /** More options of the virtual machine. */
  Program with(String... more) {
    options.addAll(List.of(more));
    return this;
  }

  /** A program that becomes this one, with what it needs for that. */
  Program through(List<String> other) {
    before.addAll(other);
    return this;
  }

  /** A variable of its environment. */
  Program in(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** What it left behind. */
  record Ended(int status, String out, String err) {
    List<String> errors() {
      return err.lines().filter(l -> !l.startsWith("Try '")).toList();
    }

    /** One line that says what is wrong, and nothing else. */
    void saysOnly(int expected, String part) {
      assertThat(err).doesNotContain("\tat ").doesNotContain("Exception");
      assertThat(errors()).as(err).hasSize(1);
      assertThat(errors().get(0)).startsWith("mien: ").contains(part).doesNotContain("\0");
      assertThat(status).isEqualTo(expected);
      assertThat(out).isEmpty();
    }

    void isQuiet() {
      assertThat(err).isEmpty();
      assertThat(status).isZero();
    }
  }

  Process start(String... arguments) throws IOException {
    List<String> line = new ArrayList<>(before);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.bytedeco.javacpp.maxBytes=3g",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=5g",
            "-Dmien.home=" + HOME));
    line.addAll(options);
    line.addAll(List.of("-jar", HOME.resolve("target/mien.jar").toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().remove("DISPLAY");
    builder.environment().put("OPENCV_LOG_LEVEL", "SILENT");
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    builder.environment().putAll(environment);
    builder.redirectError(folder.resolve("stderr").toFile());
    return builder.start();
  }

  Ended run(String... arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    process.getOutputStream().close();
    try (var killer = new Killer(process)) {
      return end(killer.process());
    }
  }

  /** Reads the rest and waits for the end. */
  Ended end(Process process) throws IOException, InterruptedException {
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    int status = process.waitFor();
    return new Ended(status, out, Files.readString(folder.resolve("stderr")));
  }

  private static final java.nio.charset.Charset UTF_8 = java.nio.charset.StandardCharsets.UTF_8;

  /** Ends a program that hangs, so that the test fails and does not hang too. */
  record Killer(Process process, Thread thread) implements AutoCloseable {
    Killer(Process process) {
      this(process, new Thread(() -> kill(process), "killer"));
      thread.setDaemon(true);
      thread.start();
    }

    private static void kill(Process process) {
      try {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
      }
    }

    @Override
    public void close() {
      thread.interrupt();
    }
  }
}
