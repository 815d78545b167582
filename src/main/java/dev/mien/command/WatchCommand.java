package dev.mien.command;

import dev.mien.pipeline.Stats;
import dev.mien.report.Tally;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.Looped;
import dev.mien.source.Pace;
import dev.mien.source.Paced;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Live: the newest frame wins. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Reads faces live: the newest frame counts, what cannot be kept up with is dropped and"
            + " counted. A recording is played in real time. In a window: q or Esc quits, space"
            + " holds, s saves a picture, f fills the screen.")
final class WatchCommand implements Callable<Integer> {
  @Option(
      names = "--source",
      paramLabel = "SOURCE",
      defaultValue = "0",
      description =
          "Camera number or /dev/videoN, rtsp:// or http:// URL, file, folder of pictures, or"
              + " pattern: for a test picture (default: 0).")
  String source;

  @Option(
      names = "--to",
      paramLabel = "SINK",
      defaultValue = "window",
      description =
          "window, FILE.mp4, FILE.jsonl, FOLDER/ for a picture of each face, or - for JSON Lines"
              + " on standard output (default: window). Repeatable.")
  List<String> to;

  @Option(names = "--loop", description = "Play a recording again and again.")
  boolean loop;

  @Option(names = "--max-frames", paramLabel = "N", description = "Stop after N frames.")
  long maxFrames = Long.MAX_VALUE;

  @Option(names = "--quiet", description = "No summary at the end.")
  boolean quiet;

  @Mixin Engine.Flags engineFlags = new Engine.Flags();

  @Override
  public Integer call() throws IOException, InterruptedException {
    SourceAddress address = SourceAddress.parse(source);
    List<SinkAddress> addresses = to.stream().map(SinkAddress::parse).toList();
    AtomicLong ids = new AtomicLong();
    try (Engine engine = Engine.open(engineFlags)) {
      Run run = new Run(engine, ids::incrementAndGet, maxFrames);
      List<Sink> sinks = new ArrayList<>();
      Tally tally = new Tally();
      Source opened;
      try {
        for (SinkAddress sink : addresses) {
          sinks.add(Outputs.open(sink, address, run));
        }
        opened = open(address);
      } catch (IOException | RuntimeException e) {
        sinks.forEach(Sink::close);
        throw e;
      }
      sinks.add(tally);
      Stats stats = run.run(opened, sinks);
      if (!quiet) {
        System.err.print(new Summary(address.name(), tally, stats, engine).text());
      }
      return run.status(Status.tell(stats));
    }
  }

  private Source open(SourceAddress address) throws IOException {
    Source source = loop ? new Looped(address) : address.open();
    return source.pace() == Pace.LIVE ? source : new Paced(source);
  }
}
