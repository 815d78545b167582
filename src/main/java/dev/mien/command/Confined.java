package dev.mien.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Mien once more, in a process of its own with limits of memory and time: for files that may ask
 * for more of both than the machine has, or end the process that opens them.
 *
 * @param memory in MB that it may write to, its heap included
 * @param heap in MB
 * @param computing time of the processor
 */
record Confined(long memory, long heap, Duration computing) {
  private static final String INSIDE = "mien.confined";
  private static final String MEMORY = "mien.trial.megabytes";
  private static final String SECONDS = "mien.trial.seconds";

  /** Against waiting without end for what does not compute; a busy machine takes its time. */
  private static final int PATIENCE = 8;

  private static final Pattern PASSED_ON =
      Pattern.compile(
          "(mien|org[.]bytedeco|onnxruntime|java[.]awt)[.].*|java[.]io[.]tmpdir|user[.]home|file[.]encoding");

  private static final int KILLED = 128;
  private static final int ABORTED = KILLED + 6;
  private static final int TOO_LONG = KILLED + 24;
  private static final int MOST_LINES = 1000;

  /** What came of it; what it says for people begins with {@code mien: }. */
  record Ended(int status, List<String> lines, boolean late) {
    /** Whether it ended by itself. */
    boolean orderly() {
      return !late && status < KILLED && !outOfMemory();
    }

    private boolean outOfMemory() {
      return status != Status.DONE
          && lines.stream()
              .anyMatch(
                  l ->
                      l.matches(
                          "(?i).*(bad[ _]alloc|failed to allocate|memory allocation|"
                              + "insufficient memory|out ?of ?memory|MB of memory are too few).*"));
    }
  }

  /** Whether this is such a process. */
  static boolean inside() {
    return Boolean.getBoolean(INSIDE);
  }

  /** For files of together that many bytes. */
  static Confined of(long bytes) {
    long megabytes = bytes >> 20;
    long heap = 512 + 3 * megabytes;
    return new Confined(
        Long.getLong(MEMORY, 1024) + heap + 4 * megabytes,
        heap,
        Duration.ofSeconds(Long.getLong(SECONDS, 30) + megabytes / 4));
  }

  Confined withHeap(long megabytes) {
    return new Confined(memory - heap + megabytes, megabytes, computing);
  }

  Confined withMore(Duration time) {
    return new Confined(memory, heap, computing.plus(time));
  }

  /**
   * Runs it to its end.
   *
   * @param visible whether its standard output is ours
   */
  Ended run(boolean visible, List<String> arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line(arguments));
    builder.environment().put("OPENBLAS_NUM_THREADS", "1");
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    builder.redirectOutput(
        visible ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    Thread kill = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(kill);
    try {
      process.getOutputStream().close();
      CompletableFuture<List<String>> said = CompletableFuture.supplyAsync(() -> lines(process));
      boolean late =
          !process.waitFor(computing.multipliedBy(PATIENCE).toSeconds(), TimeUnit.SECONDS);
      process.destroyForcibly();
      return new Ended(process.waitFor(), said.join(), late);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("stopped").initCause(e);
    } finally {
      process.destroyForcibly();
      forget(kill);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The shutdown has begun, and ends it.
    }
  }

  private static List<String> lines(Process process) {
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (lines.size() < MOST_LINES) {
          lines.add(line);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      lines.add(String.valueOf(e.getMessage()));
    }
    return lines;
  }

  private List<String> line(List<String> arguments) {
    // What a shell cannot limit is left unlimited: not every system has every limit.
    String limits =
        "ulimit -c 0; ulimit -d %d; ulimit -S -t %d; ulimit -H -t %d; exec \"$@\" 2>&3 3>&-"
            .formatted(memory << 10, computing.toSeconds(), computing.toSeconds() + 5);
    List<String> line =
        new ArrayList<>(List.of("/bin/sh", "-c", "exec 3>&2 2>/dev/null; " + limits, "mien"));
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "-Xmx" + heap + "m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+SuppressFatalErrorMessage",
            "-D" + INSIDE + "=true"));
    for (String option : System.getProperty("mien.allowed", "").strip().split("\\s+", -1)) {
      if (!option.isEmpty()) {
        line.add(option);
      }
    }
    System.getProperties()
        .forEach(
            (key, value) -> {
              if (PASSED_ON.matcher(key.toString()).matches()) {
                line.add("-D" + key + "=" + value);
              }
            });
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    line.addAll(arguments);
    return line;
  }

  /** Why it did not end by itself. */
  String fault(Ended ended) {
    if (ended.late || ended.status == TOO_LONG) {
      return "takes more than %d s of computing to open and try%s"
          .formatted(computing.toSeconds(), allow(SECONDS, 4 * computing.toSeconds()));
    }
    if (ended.outOfMemory() || ended.status == ABORTED) {
      return "needs more than %d MB of memory to open and try%s"
          .formatted(memory, allow(MEMORY, 4 * memory));
    }
    return "ends the process that opens it (status %d)".formatted(ended.status);
  }

  private static String allow(String property, long value) {
    return " (MIEN_JAVA_OPTS=-D%s=%d allows more)".formatted(property, value);
  }
}
