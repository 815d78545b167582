package dev.mien.pipeline;

import dev.mien.Alone;
import dev.mien.annotate.Labels;
import dev.mien.detect.Detectors;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.model.Models;
import dev.mien.rtsp.RtspServers;
import dev.mien.sink.Controls;
import dev.mien.sink.Outlet;
import dev.mien.sink.Pages;
import dev.mien.sink.Recording;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;

/** Takes frames through real parts, and prints a line of what the process holds now and then. */
final class LongRun {
  /**
   * What it held.
   *
   * @param bytes native memory of JavaCPP's objects
   * @param pointers how many these are
   * @param threads of Mien
   * @param files descriptors that are open
   * @param resident memory of the process, bytes
   */
  record Sample(long frame, long bytes, long pointers, long threads, long files, long resident) {
    static Sample take(long frame) throws IOException {
      try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
        return new Sample(
            frame,
            Pointer.totalBytes(),
            Pointer.totalCount(),
            Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("mien-"))
                .count(),
            files.count(),
            Alone.resident());
      }
    }

    String line() {
      return Stream.of(frame, bytes, pointers, threads, files, resident)
          .map(Object::toString)
          .collect(Collectors.joining(" "));
    }

    static Sample of(String line) {
      long[] n = Stream.of(line.split(" ")).mapToLong(Long::parseLong).toArray();
      return new Sample(n[0], n[1], n[2], n[3], n[4], n[5]);
    }
  }

  private record Probe(int every) implements Sink {
    @Override
    public String name() {
      return "probe";
    }

    @Override
    public Want wants() {
      return Want.NOTHING;
    }

    @Override
    public void write(Frame frame, Observation observation) throws IOException {
      if (frame.sequence() % every == 0) {
        System.out.println(Sample.take(frame.sequence()).line());
      }
    }

    @Override
    public void close() {}
  }

  private LongRun() {}

  /**
   * The arguments: a folder for the outputs, how many frames, and after how many there is a line.
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    int frames = Integer.parseInt(arguments[1]);
    opencv_core.setNumThreads(1);
    try (WorkerPool pool = new WorkerPool(2)) {
      Stats stats =
          Pipeline.of(
                  SourceAddress.parse("pattern:160x120@25?frames=" + frames).open(),
                  pool,
                  List.of(nets(), nets()))
              .draw(new Labels())
              .sinks(
                  List.of(
                      sink(folder, "out.mp4"),
                      sink(folder, "out.jsonl"),
                      new Probe(Integer.parseInt(arguments[2]))))
              .build()
              .run();
      if (stats.failure().isPresent()
          || stats.outputs().stream().anyMatch(o -> o.written() != frames)) {
        throw new IllegalStateException(stats.toString());
      }
    }
  }

  private static Sink sink(Path folder, String name) throws IOException {
    return SinkAddress.parse(folder.resolve(name).toString())
        .open(
            new Outlet(
                "pattern",
                OutputStream.nullOutputStream(),
                Controls.NONE,
                folder,
                OptionalDouble.empty(),
                Pages.NONE,
                new RtspServers(Map.of()),
                () -> "",
                true,
                Recording.plain(Clock.system(ZoneId.systemDefault()))));
  }

  private static Nets nets() throws IOException {
    return new Nets(Detectors.open(new Models(Path.of("models")).find("yunet"), 0.5), List.of());
  }
}
