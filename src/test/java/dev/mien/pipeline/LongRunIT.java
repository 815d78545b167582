package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.annotate.Labels;
import dev.mien.detect.Detectors;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.model.Models;
import dev.mien.rtsp.RtspServers;
import dev.mien.sink.Controls;
import dev.mien.sink.Outlet;
import dev.mien.sink.Pages;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.SourceAddress;
import dev.mien.track.Follower;
import dev.mien.track.Rules;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** 10,000 frames through real parts: what grows with them would show. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
final class LongRunIT {
  private static final int FRAMES = 10_000;
  private static final int WARM = 500;
  private static final int EVERY = 250;
  private static final long MEGABYTE = 1 << 20;

  @TempDir private Path folder = Path.of("");

  private record Sample(long bytes, long pointers, long threads, long files, long resident) {
    static Sample take() throws IOException {
      try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"));
          Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
        String resident = status.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
        return new Sample(
            Pointer.totalBytes(),
            Pointer.totalCount(),
            Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("mien-"))
                .count(),
            files.count(),
            Long.parseLong(resident.replaceAll("\\D", "")) << 10);
      }
    }
  }

  private static final class Probe implements Sink {
    private final List<Sample> samples = new ArrayList<>();

    @Override
    public String name() {
      return "probe";
    }

    @Override
    public boolean wantsPicture() {
      return false;
    }

    @Override
    public void write(Frame frame, Observation observation) throws IOException {
      if (frame.sequence() >= WARM && frame.sequence() % EVERY == 0) {
        samples.add(Sample.take());
      }
    }

    @Override
    public void close() {}
  }

  private Sink sink(String name) throws IOException {
    return SinkAddress.parse(folder.resolve(name).toString())
        .open(
            new Outlet(
                "pattern",
                OutputStream.nullOutputStream(),
                Controls.NONE,
                folder,
                OptionalDouble.empty(),
                Pages.NONE,
                new RtspServers(Map.of())));
  }

  @Test
  @Timeout(180)
  void nothingGrows() throws Exception {
    opencv_core.setNumThreads(1);
    Probe probe = new Probe();
    try (Crew crew = new Crew(List.of(worker(), worker()))) {
      Stats stats =
          new Pipeline(
                  SourceAddress.parse("pattern:160x120@25?frames=" + FRAMES).open(),
                  crew,
                  Follower.ofVideo(Rules.DEFAULT, new AtomicLong()::incrementAndGet),
                  List.of(new Labels()),
                  List.of(sink("out.mp4"), sink("out.jsonl"), probe),
                  Long.MAX_VALUE,
                  Pipeline.MAX_AGE)
              .run();
      assertThat(stats.failure()).isEmpty();
      assertThat(stats.outputs()).allSatisfy(o -> assertThat(o.written()).isEqualTo(FRAMES));
    }
    // A leaked picture a frame would be 57 kB, 550 MB in all; a leaked object, 9500 of them.
    assertThat(spread(probe.samples, Sample::bytes)).isLessThan(2 * MEGABYTE);
    assertThat(growth(probe.samples, Sample::pointers)).isLessThan(500);
    assertThat(spread(probe.samples, Sample::threads)).isZero();
    assertThat(spread(probe.samples, Sample::files)).isLessThanOrEqualTo(4);
    assertThat(growth(probe.samples, Sample::resident)).isLessThan(160 * MEGABYTE);
    try (Stream<String> lines = Files.lines(folder.resolve("out.jsonl"))) {
      assertThat(lines).hasSize(FRAMES);
    }
  }

  private static Worker worker() throws IOException {
    return new Worker(Detectors.open(new Models(Path.of("models")).find("yunet"), 0.5), List.of());
  }

  private static long spread(List<Sample> samples, ToLongFunction<Sample> of) {
    return samples.stream().mapToLong(of).max().orElseThrow()
        - samples.stream().mapToLong(of).min().orElseThrow();
  }

  private static long growth(List<Sample> samples, ToLongFunction<Sample> of) {
    return of.applyAsLong(samples.get(samples.size() - 1)) - of.applyAsLong(samples.get(0));
  }
}
