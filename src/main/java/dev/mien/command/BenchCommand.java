package dev.mien.command;

import dev.mien.pipeline.Effort;
import dev.mien.pipeline.Stats;
import dev.mien.session.Session;
import dev.mien.session.Setup;
import dev.mien.sink.Pages;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
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

  @Option(names = "--json", description = "One JSON object on standard output.")
  boolean json;

  @Mixin ReadFlags flags = new ReadFlags();

  @Override
  public Integer call() throws IOException, InterruptedException {
    SourceAddress address =
        SourceAddress.parse(video.isEmpty() ? Home.demoClip().toString() : video);
    if (cameras > 0) {
      return cameras(address);
    }
    return live ? live(address) : recorded(address);
  }

  private int cameras(SourceAddress address) throws IOException, InterruptedException {
    try (Session session = flags.session()) {
      long most = maxFrames == Long.MAX_VALUE ? USUAL_FRAMES : maxFrames;
      Run run = new Run(session, session.open(flags.wishes(Effort.AUTO)), most);
      List<Stats> all = new CameraBench(run, address, cameras).run();
      CameraBench.tell(all);
      return run.status(Status.DONE);
    }
  }

  private int live(SourceAddress address) throws IOException, InterruptedException {
    LiveBench.Plan plan = new LiveBench.Plan(address, rate, injected, seconds);
    try (Session session = flags.session(d -> slow > 1 ? new LiveBench.Slow(d, slow) : d)) {
      Run run =
          new Run(session, session.open(flags.wishes(Effort.AUTO)), maxFrames, maxAge.duration());
      System.out.print(new LiveBench(run).measure(plan).text());
      return run.status(Status.DONE);
    }
  }

  /** With the asked effort only, or else with both; without output, and with an annotated video. */
  private int recorded(SourceAddress address) throws IOException, InterruptedException {
    Path scratch = Files.createTempFile("mien-bench", ".mp4");
    try (Session session = flags.session()) {
      Setup full = session.open(flags.wishes(Effort.FULL));
      Run run = new Run(session, full, maxFrames);
      RecordedBench bench = new RecordedBench(run, address);
      bench.warmUp();
      bench.measure("full, no output", full, List.of());
      if (flags.effort == null) {
        bench.measure("auto, no output", session.open(flags.wishes(Effort.AUTO)), List.of());
      }
      if (!run.interrupted()) {
        Sink sink =
            new Outputs(run, Pages.NONE)
                .open(SinkAddress.parse(scratch.toString()), address.name());
        bench.measure("full, annotated video", full, List.of(sink));
      }
      System.out.print(json ? bench.json() : bench.text());
      return run.status(Status.DONE);
    } finally {
      Files.deleteIfExists(scratch);
    }
  }
}
