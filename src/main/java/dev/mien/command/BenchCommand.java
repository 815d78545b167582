package dev.mien.command;

import dev.mien.pipeline.Stage;
import dev.mien.pipeline.Stats;
import dev.mien.sink.Pages;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How fast, stage by stage, and what bounds it. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Measures how fast a recording is read: without output, and with an annotated video. With"
            + " --cameras, plays it in real time as so many cameras at once, and says how old their"
            + " observations are.")
final class BenchCommand implements Callable<Integer> {
  private static final long USUAL_FRAMES = 300;

  @Parameters(
      arity = "0..1",
      paramLabel = "VIDEO",
      description = "A recording (default: the demo's clip).")
  String video = "";

  @Option(
      names = "--cameras",
      paramLabel = "N",
      description = "Play the recording, again and again, as N cameras of one service.")
  int cameras;

  @Option(
      names = "--max-frames",
      paramLabel = "N",
      description = "Stop after N frames, with --cameras of each camera (300 there).")
  long maxFrames = Long.MAX_VALUE;

  @Option(
      names = "--live",
      description =
          "How old annotated pictures are: plays the video as an RTSP camera, and reads the result"
              + " back from the RTSP output.")
  boolean live;

  @Option(
      names = "--rate",
      paramLabel = "FPS",
      description = "With --live: pictures a second of that camera (default: 15).")
  double rate = 15;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "With --live: how long is measured (default: 20).")
  int seconds = 20;

  @Option(
      names = "--inject",
      paramLabel = "MS",
      description =
          "With --live, to check the measurement: milliseconds that the camera holds the pictures"
              + " of every other second back (default: 0).")
  long injected;

  @Option(
      names = "--slow",
      paramLabel = "TIMES",
      description =
          "With --live, to check what is dropped: the detector looks at each frame so many times"
              + " (default: 1).")
  int slow = 1;

  @Mixin AgeLimit maxAge = new AgeLimit();

  @Mixin Engine.Flags engineFlags = new Engine.Flags();

  @Override
  public Integer call() throws IOException, InterruptedException {
    SourceAddress address =
        SourceAddress.parse(video.isEmpty() ? Home.demoClip().toString() : video);
    AtomicLong ids = new AtomicLong();
    if (cameras > 0) {
      try (Engine engine = Engine.open(engineFlags)) {
        Run run =
            new Run(
                engine,
                ids::incrementAndGet,
                maxFrames == Long.MAX_VALUE ? USUAL_FRAMES : maxFrames);
        List<Stats> all = new CameraBench(run, address, cameras).run();
        CameraBench.tell(all);
        return run.status(Status.DONE);
      }
    }
    if (live) {
      return live(address, ids);
    }
    Path scratch = Files.createTempFile("mien-bench", ".mp4");
    try (Engine engine = Engine.open(engineFlags)) {
      System.out.printf("detector by %s, classifiers on %s%n", engine.engine(), engine.device());
      Run run = new Run(engine, ids::incrementAndGet, maxFrames);
      run.run(address.open(), List.of()); // The virtual machine compiles while it runs.
      if (!run.interrupted()) {
        tell("no output", run.run(address.open(), List.of()));
      }
      if (!run.interrupted()) {
        Sink sink =
            new Outputs(run, Pages.NONE)
                .open(SinkAddress.parse(scratch.toString()), address.name());
        tell("video out", run.run(address.open(), List.of(sink)));
      }
      return run.status(Status.DONE);
    } finally {
      Files.deleteIfExists(scratch);
    }
  }

  private int live(SourceAddress address, AtomicLong ids) throws IOException, InterruptedException {
    LiveBench.Plan plan = new LiveBench.Plan(address, rate, injected, seconds);
    Duration limit = maxAge.duration();
    try (Engine engine =
        Engine.open(engineFlags, d -> slow > 1 ? new LiveBench.Slow(d, slow) : d)) {
      Run run = new Run(engine, ids::incrementAndGet, maxFrames, limit);
      System.out.print(new LiveBench(run).measure(plan).text());
      return run.status(Status.DONE);
    }
  }

  private static void tell(String title, Stats stats) {
    System.out.printf(
        Locale.ROOT,
        "%s: %.1f frames a second, %d frames, %d workers%n",
        title,
        stats.framesPerSecond(),
        stats.observed(),
        stats.workers());
    double sum = 0;
    for (Stage stage : Stage.values()) {
      row(stage.name().toLowerCase(Locale.ROOT), stats.millis(stage));
      sum += stats.millis(stage);
    }
    for (Stats.Output output : stats.outputs()) {
      double millis = output.nanos() / 1e6 / Math.max(1, stats.observed());
      row("write", millis);
      sum += millis;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    double bound = cores * 1000 / sum;
    System.out.printf(
        Locale.ROOT,
        "  %-9s %7.3f ms a frame in all: %d cores do at most %.1f frames a second; reached %.2f of"
            + " it%n",
        "sum",
        sum,
        cores,
        bound,
        stats.framesPerSecond() / bound);
    System.out.printf("  bound by  %s%n", bottleneck(stats, sum, cores));
  }

  /** The thread that would be busy all the time, unless the cores are busy before. */
  private static String bottleneck(Stats stats, double sum, int cores) {
    double reader = stats.millis(Stage.READ);
    double workers = (stats.millis(Stage.DETECT) + stats.millis(Stage.CLASSIFY)) / stats.workers();
    double writer =
        stats.outputs().stream()
            .mapToDouble(o -> o.nanos() / 1e6 / Math.max(1, stats.observed()))
            .max()
            .orElse(0);
    double cpu = sum / cores;
    double most = Math.max(Math.max(reader, workers), Math.max(writer, cpu));
    if (most == cpu || most == workers) {
      return "the cores, mostly by "
          + (stats.millis(Stage.DETECT) > stats.millis(Stage.CLASSIFY) ? "detect" : "classify");
    }
    return most == reader ? "decoding, which has one thread" : "the slowest output";
  }

  private static void row(String name, double millis) {
    System.out.printf(Locale.ROOT, "  %-9s %7.3f ms a frame%n", name, millis);
  }
}
