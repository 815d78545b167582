package dev.mien.command;

import dev.mien.pipeline.Effort;
import dev.mien.pipeline.Stats;
import dev.mien.report.FacesCsv;
import dev.mien.report.Tally;
import dev.mien.session.Session;
import dev.mien.sink.Pages;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Recorded video: every frame, exact times, tables and a summary. */
@Command(
    name = "analyze",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Reads every frame of recordings. Each gets a folder with annotated.mp4,"
            + " observations.jsonl, faces.csv and summary.json, unless --to says otherwise.")
final class AnalyzeCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "VIDEO",
      description = "Video, picture, folder or glob of pictures, or URL.")
  List<String> videos;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "mien-out",
      description = "Where the folders of results go (default: mien-out).")
  Path out;

  @Option(
      names = "--to",
      paramLabel = "SINK",
      description =
          "Instead of the folder: FILE.mp4, FILE.jsonl, FOLDER/, window or -. Repeatable.")
  List<String> to = List.of();

  @Option(names = "--max-frames", paramLabel = "N", description = "Stop after N frames.")
  long maxFrames = Long.MAX_VALUE;

  @Option(names = "--quiet", description = "No progress and no summary on the screen.")
  boolean quiet;

  @Mixin ReadFlags flags = new ReadFlags();

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<SinkAddress> sinks =
        to.stream().map(t -> Flag.read("--to", () -> SinkAddress.parse(t))).toList();
    if (videos.size() > 1 && sinks.stream().anyMatch(SinkAddress::isFile)) {
      throw new IllegalArgumentException(
          "--to FILE takes one video, found "
              + videos.size()
              + "; leave --to out or analyze one by one");
    }
    List<SourceAddress> addresses = videos.stream().map(SourceAddress::parse).toList();
    int status = Status.DONE;
    try (Session session = flags.session()) {
      Run run = new Run(session, session.open(flags.wishes(Effort.FULL)), maxFrames);
      List<String> names =
          NamedSource.names(addresses.stream().map(a -> new NamedSource("", a)).toList());
      for (int i = 0; i < names.size(); i++) {
        int one = analyze(run, addresses.get(i), names.get(i), sinks);
        status = status == Status.DONE ? one : status;
        if (run.interrupted()) {
          break;
        }
      }
      return run.status(status);
    }
  }

  /** One video; what is wrong with it is said, and the next one gets its turn. */
  private int analyze(Run run, SourceAddress address, String name, List<SinkAddress> addresses)
      throws InterruptedException {
    try {
      return analyzeOne(run, address, name, addresses);
    } catch (InterruptedIOException e) {
      return Status.DONE; // Told to end while it was opened, which run.status() says.
    } catch (IOException | RuntimeException e) {
      return Status.tell(e);
    }
  }

  private int analyzeOne(Run run, SourceAddress address, String name, List<SinkAddress> addresses)
      throws IOException, InterruptedException {
    Source source = run.open(() -> address.open(name));
    Tally tally = new Tally();
    List<Sink> sinks = new ArrayList<>();
    Path folder = out.resolve(name.replaceAll("[^\\p{L}\\p{N}._-]+", "-"));
    try {
      if (addresses.isEmpty()) {
        makeFolder(folder);
        for (String file : List.of("annotated.mp4", "observations.jsonl")) {
          sinks.add(output(SinkAddress.parse(folder.resolve(file).toString()), address, name, run));
        }
        sinks.add(new FacesCsv(folder.resolve("faces.csv"), run.setup().tasks()));
      }
      for (SinkAddress sink : addresses) {
        sinks.add(output(sink, address, name, run));
      }
    } catch (IOException | RuntimeException e) {
      source.close();
      sinks.forEach(Sink::close);
      throw e;
    }
    sinks.add(tally);
    if (!quiet) {
      sinks.add(new Progress(name));
    }
    Stats stats = run.run(source, sinks);
    Summary summary = new Summary(name, tally, stats, run);
    if (addresses.isEmpty()) {
      summary.write(folder.resolve("summary.json"));
    }
    if (!quiet && addresses.stream().noneMatch(SinkAddress.StandardOutput.class::isInstance)) {
      System.out.print(summary.text());
      if (addresses.isEmpty()) {
        System.out.printf(
            "  %-10s %s%n",
            "files", folder + "/{annotated.mp4,observations.jsonl,faces.csv,summary.json}");
      }
    }
    return Status.tell(stats);
  }

  private static Sink output(SinkAddress sink, SourceAddress address, String name, Run run)
      throws IOException {
    return Flag.open(
        "--to", () -> new Outputs(run, Pages.NONE).open(Outputs.refuseInput(address, sink), name));
  }

  private static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--out: the folder '" + folder + "' cannot be made; name one that you may write to", e);
    }
    if (!Files.isWritable(folder)) {
      throw new IllegalArgumentException("--out: no permission to write in '" + folder + "'");
    }
  }
}
