package dev.mien.command;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The service as a program of its own, and what it says of itself at {@code /metrics}. */
final class ServedProgram implements AutoCloseable {
  /** Its configuration. */
  static final String FILE = "served.yaml";

  private static final long FRESH_NANOS = 200_000_000L;

  private final Path folder;
  private final int page;
  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final long start = System.nanoTime();

  /** The last values of counters that begin anew when a camera does, by name and labels. */
  private final Map<String, Double> counters = new HashMap<>();

  private Map<String, Double> now = Map.of();
  private long scraped = start - FRESH_NANOS;
  private double frames;
  private double observed;
  private double reconnects;

  /**
   * @param folder with {@link #FILE}
   * @param page the port of its page
   * @param options of the virtual machine
   */
  ServedProgram(Path folder, int page, String... options) throws Exception {
    this.folder = folder;
    this.page = page;
    process = new Program(folder).with(options).start("serve", FILE);
    while (!said().contains("the page is at")) {
      if (!process.isAlive()) {
        throw new IOException("it ended: " + said());
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  int page() {
    return page;
  }

  /** Its log. */
  String said() throws IOException {
    return Files.readString(folder.resolve("stderr"));
  }

  /** Its metrics, by name and labels. */
  synchronized Map<String, Double> scrape() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + page + "/metrics"))
            .timeout(Duration.ofMinutes(2))
            .build();
    Map<String, Double> read = new HashMap<>();
    client
        .send(request, HttpResponse.BodyHandlers.ofLines())
        .body()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              int space = line.lastIndexOf(' ');
              read.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
            });
    now = read;
    scraped = System.nanoTime();
    frames += grown("mien_frames_captured_total");
    observed += grown("mien_frames_processed_total");
    reconnects += grown("mien_source_reconnects_total");
    return read;
  }

  private double grown(String name) {
    double sum = 0;
    for (Map.Entry<String, Double> one : now.entrySet()) {
      if (one.getKey().startsWith(name)) {
        double before = counters.getOrDefault(one.getKey(), 0.0);
        double value = one.getValue();
        sum += value < before ? value : value - before;
        counters.put(one.getKey(), value);
      }
    }
    return sum;
  }

  /** How many cameras can be reached. */
  long up() throws IOException, InterruptedException {
    return scrape().entrySet().stream()
        .filter(e -> e.getKey().startsWith("mien_source_up") && e.getValue() == 1)
        .count();
  }

  synchronized long reconnects() throws IOException, InterruptedException {
    scrape();
    return (long) reconnects;
  }

  /** Frames that the cameras gave, as of a moment ago. */
  synchronized long frames() throws IOException, InterruptedException {
    if (System.nanoTime() - scraped > FRESH_NANOS) {
      scrape();
    }
    return (long) frames;
  }

  private long applied() throws IOException {
    return said().lines().filter(l -> l.endsWith(FILE + " applied")).count();
  }

  /** Has it read its configuration again, and waits until that is applied. */
  void hangUp() throws IOException, InterruptedException {
    long before = applied();
    run("/bin/kill", "-HUP", Long.toString(process.pid()));
    long from = System.nanoTime();
    while (applied() == before) {
      if (!process.isAlive()
          || said().contains("all goes on as before")
          || System.nanoTime() - from > Soak.PATIENCE_NANOS) {
        throw new IOException("not applied: " + said());
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (run.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + out);
    }
    return out;
  }

  /** What it holds now; the heap after a full collection, the rest before it. */
  SoakSample sample(long swaps, long reloads) throws IOException, InterruptedException {
    Map<String, Double> before = scrape();
    long resident = status("VmRSS:") << 10;
    long threads = status("Threads:");
    long files;
    try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      files = open.count();
    }
    run(
        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
        Long.toString(process.pid()),
        "GC.run");
    Map<String, Double> after = scrape();
    return new SoakSample(
        frames(),
        (long) observed,
        (System.nanoTime() - start) / 1_000_000_000L,
        resident,
        value(before, "javacpp_physical_bytes"),
        value(before, "javacpp_total_bytes"),
        value(after, "jvm_memory_used_bytes{area=\"heap\"}"),
        threads,
        files,
        reconnects(),
        swaps,
        reloads);
  }

  private static long value(Map<String, Double> values, String name) {
    return Objects.requireNonNull(values.get(name), name).longValue();
  }

  private long status(String key) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"));
    return lines.stream()
        .filter(l -> l.startsWith(key))
        .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** Ends it as systemd does. */
  int end() throws IOException, InterruptedException {
    process.destroy();
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    Process unused =
        process
            .onExit()
            .orTimeout(60, TimeUnit.SECONDS)
            .exceptionally(late -> process.destroyForcibly())
            .join();
  }
}
