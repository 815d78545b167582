package dev.mien.command;

import dev.mien.source.Clips;
import dev.mien.source.H264;
import dev.mien.source.Proxy;
import dev.mien.source.RtspCamera;
import dev.mien.source.RtspCamera.Script;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What one bad camera costs the others of a service: prints the table of docs/service.md, and ends
 * with status 1 if the others lose more than they may. Rounds with the bad camera and without it
 * take turns, so that what else the machine does falls on both.
 */
final class Neighbours {
  private static final int GOOD = 4;
  private static final int RATE = 10;
  private static final double MOST_LOST = 0.05;
  private static final int SETTLE_SECONDS = 4;
  private static final String HEALTHY = "";

  private record Bad(String words, String source) {}

  private final Path folder;
  private final int page;
  private final int rounds;
  private final int seconds;

  private Neighbours(Path folder, int page, int rounds, int seconds) {
    this.folder = folder;
    this.page = page;
    this.rounds = rounds;
    this.seconds = seconds;
  }

  /** All go on as they are but the bad camera, which comes, goes, or is another one. */
  private void write(String bad) throws IOException {
    StringBuilder text = new StringBuilder("page: http://127.0.0.1:%d%n".formatted(page));
    text.append("cameras:%n".formatted());
    for (int i = 0; i < GOOD; i++) {
      text.append("  good%d: {source: clip.mp4, loop: true}%n".formatted(i));
    }
    if (!bad.isEmpty()) {
      text.append("  bad: {source: '%s'}%n".formatted(bad));
    }
    Path written = Files.writeString(folder.resolve("written.yaml"), text);
    Files.move(written, folder.resolve(ServedProgram.FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Frames a second that each good camera had observed. */
  private double[] measure(ServedProgram program, String bad) throws Exception {
    write(bad);
    program.hangUp();
    pass(SETTLE_SECONDS);
    long start = System.nanoTime();
    double[] before = observed(program);
    pass(seconds);
    double[] rates = observed(program);
    double passed = (System.nanoTime() - start) / 1e9;
    for (int i = 0; i < GOOD; i++) {
      rates[i] = (rates[i] - before[i]) / passed;
    }
    return rates;
  }

  /** A rate is frames by time: there is nothing to wait for but the time. */
  private static void pass(int seconds) throws InterruptedException {
    TimeUnit.SECONDS.sleep(seconds);
  }

  private static double[] observed(ServedProgram program) throws Exception {
    Map<String, Double> metrics = program.scrape();
    double[] frames = new double[GOOD];
    for (int i = 0; i < GOOD; i++) {
      String camera = "\"good" + i + "\"";
      frames[i] =
          metrics.entrySet().stream()
              .filter(e -> e.getKey().startsWith("mien_frames_processed_total"))
              .filter(e -> e.getKey().contains(camera))
              .mapToDouble(Map.Entry::getValue)
              .sum();
    }
    return frames;
  }

  /** Prints a row; whether the others kept enough. */
  private boolean row(ServedProgram program, Bad bad) throws Exception {
    double[] without = new double[GOOD];
    double[] with = new double[GOOD];
    for (int round = 0; round < rounds; round++) {
      add(without, measure(program, HEALTHY));
      add(with, measure(program, bad.source));
    }
    double all = 0;
    double worst = Double.POSITIVE_INFINITY;
    for (int i = 0; i < GOOD; i++) {
      all += with[i] / without[i] / GOOD;
      worst = Math.min(worst, with[i] / without[i]);
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %.2f | %.2f | %+.1f %% | %+.1f %% |%n",
        bad.words,
        mean(without),
        mean(with),
        100 * (all - 1),
        100 * (worst - 1));
    return worst >= 1 - MOST_LOST;
  }

  private static void add(double[] sums, double[] values) {
    for (int i = 0; i < GOOD; i++) {
      sums[i] += values[i];
    }
  }

  private double mean(double[] sums) {
    double sum = 0;
    for (double value : sums) {
      sum += value;
    }
    return sum / GOOD / rounds;
  }

  private boolean run(List<Bad> list) throws Exception {
    write(HEALTHY);
    boolean kept = true;
    try (ServedProgram program = new ServedProgram(folder, page, Soak.AS_LAUNCHED)) {
      measure(program, HEALTHY); // The virtual machine compiles while it runs.
      System.out.println("| the bad camera | without it, fps | with it, fps | all | the worst |");
      System.out.println("|---|---|---|---|---|");
      for (Bad bad : list) {
        kept &= row(program, bad);
      }
    }
    return kept;
  }

  private static String at(int port) {
    return "rtsp://127.0.0.1:" + port + "/cam";
  }

  /** The arguments are rounds, 3, and seconds of each half of a round, 20. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
    Path folder = Files.createTempDirectory("mien-neighbours");
    Clips.ffmpeg(
        "-i %s -vf scale=640:360,fps=%d -t 10 -an %s",
        Program.CLIP, RATE, folder.resolve("clip.mp4"));
    Clips.ffmpeg(
        "-i %s -vf scale=1920:1080,fps=60 -t 5 -an %s", Program.CLIP, folder.resolve("storm.mp4"));
    List<byte[]> film = H264.film(folder, "640x360", 1);
    boolean kept;
    try (RtspCamera well = RtspCamera.start(0, film, new Script());
        RtspCamera wrongBits = RtspCamera.start(0, film, new Script().corrupt(0.3));
        RtspCamera cut = RtspCamera.start(0, film, new Script().cutAt(10));
        Proxy hole = new Proxy(well.port());
        Proxy trickle = new Proxy(well.port())) {
      hole.be(Proxy.Mode.HOLE);
      trickle.be(Proxy.Mode.TRICKLE);
      kept =
          new Neighbours(folder, Soak.freePort(), rounds, seconds)
              .run(
                  List.of(
                      new Bad("is not there (refused)", at(Soak.freePort())),
                      new Bad("accepts and says nothing", at(URI.create(hole.url()).getPort())),
                      new Bad(
                          "sends a few bytes a second", at(URI.create(trickle.url()).getPort())),
                      new Bad("hangs up after 10 pictures, always", at(cut.port())),
                      new Bad("30 % of its packets have wrong bits", at(wrongBits.port())),
                      new Bad("60 pictures of 1920×1080 a second", "storm.mp4', loop: 'true")));
    } finally {
      Soak.delete(folder);
    }
    System.exit(kept ? 0 : 1);
  }
}
