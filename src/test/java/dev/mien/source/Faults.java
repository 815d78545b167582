package dev.mien.source;

import dev.mien.source.ConnectionState.State;
import dev.mien.source.RtspCamera.Script;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What bad cameras and networks do, one fault after the other, and what came of it: the table of
 * docs/faults.md. A second camera is watched all the while.
 */
final class Faults implements AutoCloseable {
  static final long SECOND = 1_000_000_000L;

  /** Short, so that the table is printed in minutes. */
  static final Deadlines LIMITS = new Deadlines(2 * SECOND, 2 * SECOND, SECOND);

  /**
   * The longest waits during a fault, in milliseconds.
   *
   * @param camera for a frame of the second camera
   * @param machine of a thread that does nothing but wait for 40 ms
   */
  record Gaps(long camera, long machine) {
    @Override
    public String toString() {
      return camera + " / " + machine;
    }
  }

  /** So that nothing ends of itself before it is stopped. */
  private static final Deadlines UNHURRIED = new Deadlines(60 * SECOND, 60 * SECOND, SECOND);

  /** One row; times in milliseconds, negative where there is none. */
  record Row(String fault, String outcome, List<Long> recovered, Gaps gaps, int threads) {
    long percentile(int percent) {
      List<Long> sorted = recovered.stream().sorted().toList();
      return sorted.isEmpty()
          ? -1
          : sorted.get(Math.max(0, (sorted.size() * percent + 99) / 100 - 1));
    }

    @Override
    public String toString() {
      return "| %s | %s | %s | %s | %+d |"
          .formatted(
              fault,
              outcome,
              recovered.isEmpty() ? "–" : percentile(50) + " / " + percentile(95),
              gaps,
              threads);
    }
  }

  /** One that has to come through a number of times. */
  private interface Round {
    /** Gives the nanoseconds from the moment that all was well again to the next frame. */
    long run(Watched watched) throws Exception;
  }

  private final List<byte[]> film;
  private final List<byte[]> small;
  private final int rounds;
  private final RtspCamera second;
  private final Watched neighbour;
  private final Heartbeat heartbeat = new Heartbeat();

  Faults(Path folder, int rounds) throws Exception {
    this.rounds = rounds;
    Ffmpeg.load();
    film = H264.film(folder, "320x240", 1);
    small = H264.film(folder, "160x120", 1);
    second = RtspCamera.start(0, film, new Script());
    neighbour = Watched.open("second", second.url(), LIMITS);
    neighbour.await(50);
  }

  private Gaps gaps() {
    return new Gaps(neighbour.longestGap() / 1_000_000, heartbeat.longestGap() / 1_000_000);
  }

  private static int threads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().startsWith("mien-"))
            .count();
  }

  /** One-shot opening that has to fail; the outcome is the message and after how long it came. */
  Row opening(String fault, String url) {
    gaps();
    int before = threads();
    long from = System.nanoTime();
    String outcome = "opened";
    try (Source source =
        Reconnecting.open("cam", life -> AvSource.network("cam", url, life), LIMITS)) {
      outcome = "opened " + source.name();
    } catch (IOException e) {
      String address = Secrets.mask(url) + ": ";
      String said = String.valueOf(e.getMessage());
      outcome = said.startsWith(address) ? said.substring(address.length()) : said;
    }
    long took = (System.nanoTime() - from) / 1_000_000;
    return new Row(
        fault, "%s; after %d ms".formatted(outcome, took), List.of(), gaps(), threads() - before);
  }

  /** A fault that does not end the connection. */
  Row borne(String fault, Script script, String way) throws Exception {
    try (RtspCamera camera = RtspCamera.start(0, film, script);
        Watched watched = Watched.open("cam", camera.url() + way, LIMITS)) {
      gaps();
      watched.await(State.UP);
      int before = threads();
      long from = watched.frames();
      long took = watched.await(100L) / 1_000_000;
      ConnectionState link = watched.link();
      String outcome =
          "%s, %s; %d frames in %d ms; times grow: %s, off by %d ms"
              .formatted(
                  link.state(),
                  link.reason(),
                  watched.frames() - from,
                  took,
                  watched.ordered() ? "yes" : "NO",
                  watched.error() / 1_000_000);
      return new Row(
          fault,
          outcome + (link.reconnects() > 0 ? "; " + link.reconnects() + " RECONNECTS" : ""),
          List.of(),
          gaps(),
          threads() - before);
    }
  }

  /** Somebody wants it to end while it is in a state. */
  Row stop(String when, String url, State state) throws Exception {
    gaps();
    int before = threads();
    List<Long> took = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      Watched watched = Watched.open("cam", url, UNHURRIED);
      long from;
      try {
        watched.await(state);
      } finally {
        from = System.nanoTime();
        watched.close();
      }
      took.add((System.nanoTime() - from) / 1_000_000);
    }
    String outcome = "over after at most %d ms".formatted(Collections.max(took));
    return new Row("stop while " + when, outcome, List.of(), gaps(), threads() - before);
  }

  /** UDP packets get lost: in the kernel where this process has a network of its own. */
  Row lossy(int percent) throws Exception {
    if (!Boolean.getBoolean("faults.network")) {
      String fault = "UDP, the camera loses %d %%".formatted(percent);
      return borne(fault, new Script().loss(percent / 100.0), "?udp");
    }
    filter("-A", percent);
    try {
      return borne("UDP, the kernel loses %d %%".formatted(percent), new Script(), "?udp");
    } finally {
      filter("-D", percent);
    }
  }

  private static void filter(String change, int percent) throws Exception {
    String probability = Double.toString(percent / 100.0);
    Clips.run(
        List.of(
            ("iptables "
                    + change
                    + " INPUT -p udp -m statistic --mode random --probability "
                    + probability
                    + " -j DROP")
                .split(" ", -1)));
  }

  private Row again(String fault, String outcome, String url, Round round) throws Exception {
    try (Watched watched = Watched.open("cam", url, LIMITS)) {
      watched.await(10L);
      gaps();
      int before = threads();
      List<Long> recovered = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        recovered.add(round.run(watched) / 1_000_000);
        watched.await(10L);
      }
      return new Row(fault, outcome, recovered, gaps(), threads() - before);
    }
  }

  /** The network does something for a while, then passes everything again. */
  Row network(String fault, Proxy.Mode mode, State told) throws Exception {
    try (RtspCamera camera = RtspCamera.start(0, film, new Script());
        Proxy proxy = new Proxy(camera.port())) {
      long[] noticed = new long[1];
      Row row =
          again(
              fault,
              "",
              proxy.url(),
              watched -> {
                proxy.be(mode);
                noticed[0] = Math.max(noticed[0], watched.await(told));
                watched.await(State.RETRYING);
                proxy.be(Proxy.Mode.PASS);
                return watched.await(1L);
              });
      String outcome = "%s after at most %d ms".formatted(told, noticed[0] / 1_000_000);
      return new Row(fault, outcome, row.recovered(), row.gaps(), row.threads());
    }
  }

  /** The camera breaks off at its 40th picture, and is well again at the next connection. */
  Row camera(String fault, Script bad) throws Exception {
    try (RtspCamera camera = RtspCamera.start(0, film, bad)) {
      return again(
          fault,
          "retrying, up again",
          camera.url(),
          watched -> {
            watched.await(State.RETRYING);
            return watched.await(1L);
          });
    }
  }

  /** The server goes, with all its connections, and comes back. */
  Row kills() throws Exception {
    RtspCamera[] camera = {RtspCamera.start(0, film, new Script())};
    int port = camera[0].port();
    try {
      return again(
          "server killed and started again, %d times".formatted(rounds),
          "retrying, up again",
          camera[0].url(),
          watched -> {
            camera[0].close();
            watched.await(State.RETRYING);
            camera[0] = RtspCamera.start(port, film, new Script());
            return watched.await(1L);
          });
    } finally {
      camera[0].close();
    }
  }

  /** Bytes of resident memory that many failed openings cost. */
  static long growth(int warmUp, int openings) throws IOException {
    int port;
    try (Served nobody = Served.silent()) {
      port = nobody.port();
    }
    String url = "rtsp://user:gehe1m@127.0.0.1:%d/cam".formatted(port);
    fail(url, warmUp);
    long before = resident();
    fail(url, openings);
    return resident() - before;
  }

  private static void fail(String url, int times) {
    for (int i = 0; i < times; i++) {
      try (Source source =
          Reconnecting.open("cam", life -> AvSource.network("cam", url, life), LIMITS)) {
        throw new AssertionError(source.name() + " opened");
      } catch (IOException e) {
        // As it should be.
      }
    }
  }

  static long resident() throws IOException {
    System.gc();
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      String line = lines.filter(l -> l.startsWith("VmRSS")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
  }

  @Override
  public void close() throws IOException {
    neighbour.close();
    second.close();
    heartbeat.close();
  }

  /** Arguments: rounds of each fault that is recovered from, kills, failed openings. */
  public static void main(String[] arguments) throws Exception {
    Locale.setDefault(Locale.ROOT);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path folder = Files.createTempDirectory("faults");
    out.println(
        "| fault | outcome | recovered in ms, p50 / p95 | longest gap in ms, of a second camera /"
            + " of a timer | threads |");
    out.println("|---|---|---|---|---|");
    try (Faults faults = new Faults(folder, Integer.parseInt(arguments[0]))) {
      FaultList.run(faults, out::println);
    }
    try (Faults faults = new Faults(folder, Integer.parseInt(arguments[1]))) {
      out.println(faults.kills());
    }
    int openings = Integer.parseInt(arguments[2]);
    out.printf(
        "%n%d failed openings after 2000: resident memory %+.1f MB%n",
        openings, growth(2000, openings) / 1e6);
  }

  List<byte[]> film() {
    return film;
  }

  Script change() {
    return new Script().changeAt(50, small);
  }
}
