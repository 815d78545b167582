package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.Alone;
import dev.mien.pipeline.LongRun.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
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
  private static final int HEAP_MEGABYTES = 64;
  private static final long MEGABYTE = 1 << 20;

  @TempDir private Path folder = Path.of("");

  @Test
  @Timeout(900)
  void nothingGrows() throws Exception {
    List<Sample> samples =
        Alone.run(
                LongRun.class,
                HEAP_MEGABYTES,
                folder.toString(),
                Integer.toString(FRAMES),
                Integer.toString(EVERY))
            .stream()
            .map(Sample::of)
            .filter(s -> s.frame() >= WARM)
            .toList();
    assertThat(samples).hasSize((FRAMES - WARM) / EVERY);
    // A leaked picture a frame would be 57 kB, 550 MB in all; a leaked object, 9500 of them.
    assertThat(spread(samples, Sample::bytes)).isLessThan(2 * MEGABYTE);
    assertThat(growth(samples, Sample::pointers)).isLessThan(500);
    assertThat(spread(samples, Sample::threads)).isZero();
    assertThat(spread(samples, Sample::files)).isLessThanOrEqualTo(4);
    // What a library or the virtual machine takes for a while and gives back is no leak, so what is
    // compared is the least that was held.
    // And a leak goes on, where a step is taken once.
    int quarter = samples.size() / 4;
    long second = least(samples.subList(quarter, 2 * quarter));
    long third = least(samples.subList(2 * quarter, 3 * quarter));
    long last = least(samples.subList(3 * quarter, samples.size()));
    assertThat(Math.min(third - second, last - third))
        .as("1 kB a frame would be more: %s", samples)
        .isLessThan(1000L * quarter * EVERY);
    try (Stream<String> lines = Files.lines(folder.resolve("out.jsonl"))) {
      assertThat(lines).hasSize(FRAMES);
    }
  }

  private static long spread(List<Sample> samples, ToLongFunction<Sample> of) {
    return samples.stream().mapToLong(of).max().orElseThrow()
        - samples.stream().mapToLong(of).min().orElseThrow();
  }

  private static long least(List<Sample> samples) {
    return samples.stream().mapToLong(Sample::resident).min().orElseThrow();
  }

  private static long growth(List<Sample> samples, ToLongFunction<Sample> of) {
    return of.applyAsLong(samples.get(samples.size() - 1)) - of.applyAsLong(samples.get(0));
  }
}
