package dev.mien.command;

import dev.mien.pipeline.Effort;
import dev.mien.pipeline.Stats;
import dev.mien.report.Tally;
import dev.mien.session.Session;
import dev.mien.sink.Recording;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.Looped;
import dev.mien.source.Pace;
import dev.mien.source.Paced;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
              + " pattern: for a test picture (default: 0); NAME=SOURCE gives it a name."
              + " Repeatable.")
  List<String> sources;

  @Option(
      names = "--to",
      paramLabel = "SINK",
      defaultValue = "window",
      description =
          "window, http for a page at http://127.0.0.1:8080/, http://ADDRESS:PORT, rtsp for a"
              + " stream at rtsp://127.0.0.1:8554/SOURCE, rtsp://HOST/PATH to send it there,"
              + " FILE.mp4, FILE.mkv, FILE.jsonl, FOLDER/ for a picture of each face, or - for JSON Lines on"
              + " standard output (default: window). Repeatable. Of several sources, each gets a"
              + " window, a stream or a file of its own: FILE-SOURCE.mp4. More on streams:"
              + " docs/streams.md.")
  List<String> to;

  @Option(names = "--loop", description = "Play a recording again and again.")
  boolean loop;

  @Option(
      names = "--max-frames",
      paramLabel = "N",
      description = "Stop after N frames of each source.")
  long maxFrames = Long.MAX_VALUE;

  @Option(names = "--quiet", description = "No summary at the end.")
  boolean quiet;

  @Mixin RecordingFlags recordingFlags = new RecordingFlags();

  @Mixin AgeLimit maxAge = new AgeLimit();

  @Mixin ReadFlags flags = new ReadFlags();

  /** One source on its way. */
  private record Watched(String name, SourceAddress address, List<Sink> sinks, Tally tally) {}

  private record Outcome(int status, String summary) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<NamedSource> named =
        sources.stream().map(s -> Flag.read("--source", () -> NamedSource.parse(s))).toList();
    List<SinkAddress> sinks =
        to.stream().map(t -> Flag.read("--to", () -> SinkAddress.parse(t))).toList();
    Recording recording = recordingFlags.recording();
    Duration limit = maxAge.duration();
    try (Session session = flags.session();
        WebPages pages = new WebPages()) {
      Run run = new Run(session, session.open(flags.wishes(Effort.AUTO)), maxFrames, limit);
      pages.tell(run::stats, run::interrupted, () -> run.devices(flags.device));
      Outputs outputs = new Outputs(run, pages, recording);
      int status = Status.DONE;
      for (Outcome outcome : watchAll(open(named, sinks, outputs), run, pages, outputs)) {
        status = status == Status.DONE ? outcome.status() : status;
        if (!quiet) {
          System.err.print(outcome.summary());
        }
      }
      return run.status(status);
    }
  }

  /** Opens the sinks of each source, all or none. */
  private static List<Watched> open(
      List<NamedSource> sources, List<SinkAddress> to, Outputs outputs) throws IOException {
    List<String> names = NamedSource.names(sources);
    List<Watched> all = new ArrayList<>();
    try {
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        Watched one = new Watched(name, sources.get(i).address(), new ArrayList<>(), new Tally());
        all.add(one);
        for (SinkAddress output : to) {
          SinkAddress own = names.size() == 1 ? output : output.of(name);
          for (NamedSource source : sources) {
            Flag.open("--to", () -> Outputs.refuseInput(source.address(), own));
          }
          one.sinks().add(Flag.open("--to", () -> outputs.open(own, name)));
        }
        one.sinks().add(one.tally());
      }
      return all;
    } catch (IOException | RuntimeException e) {
      all.forEach(one -> one.sinks().forEach(Sink::close));
      throw e;
    }
  }

  private List<Outcome> watchAll(List<Watched> all, Run run, WebPages pages, Outputs outputs)
      throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(all.size());
    try {
      List<Outcome> outcomes = new ArrayList<>();
      List<Callable<Outcome>> each = new ArrayList<>();
      all.forEach(one -> each.add(() -> watch(one, run, pages, outputs)));
      for (Future<Outcome> future : threads.invokeAll(each)) {
        outcomes.add(future.get());
      }
      return outcomes;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdown();
    }
  }

  /** What is wrong with one source is said, and the others go on. */
  private Outcome watch(Watched one, Run run, WebPages pages, Outputs outputs)
      throws InterruptedException {
    Source source;
    try {
      source = run.open(() -> open(one));
      pages.opened(one.name(), source);
      outputs.opened(one.name(), source);
    } catch (InterruptedIOException e) {
      one.sinks().forEach(Sink::close);
      return new Outcome(Status.DONE, "");
    } catch (IOException | RuntimeException e) {
      one.sinks().forEach(Sink::close);
      return new Outcome(Status.tell(e), "");
    }
    try {
      Stats stats = run.run(source, one.sinks());
      String summary = new Summary(one.name(), one.tally(), stats, run).text();
      return new Outcome(Status.tell(stats), summary);
    } catch (RuntimeException e) {
      return new Outcome(Status.tell(e), "");
    }
  }

  private Source open(Watched one) throws IOException {
    Source source = loop ? new Looped(one.address(), one.name()) : one.address().open(one.name());
    return source.pace() == Pace.LIVE ? source : new Paced(source);
  }
}
