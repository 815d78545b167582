package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mien.source.SourceAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The measurement of ages is itself measured: a delay that is put in has to come out. */
final class LiveBenchIT {
  private static final double RATE = 4;
  private static final double FRAME_MILLIS = 1000 / RATE;
  private static final long INJECTED = 2000;

  @Test
  @Timeout(120)
  void findsAnInjectedDelayWithinAFrame() throws Exception {
    LiveBench.Result plain = measure(0);
    LiveBench.Result late = measure(INJECTED);
    assertThat(plain.shown()).isBetween(10, 20);
    assertThat(plain.seen().sorted()).isNotEmpty();
    assertThat(late.seen().millis(0.5) - plain.seen().millis(0.5))
        .isCloseTo(INJECTED, within(FRAME_MILLIS));
    assertThat(late.events().millis(0.5) - plain.events().millis(0.5))
        .isCloseTo(INJECTED, within(FRAME_MILLIS));
    assertThat(plain.text(plan(0))).contains("camera to the RTSP client", "p50", "p99");
  }

  private static LiveBench.Plan plan(long injected) {
    return new LiveBench.Plan(SourceAddress.parse(Program.CLIP.toString()), RATE, injected, 4);
  }

  private static LiveBench.Result measure(long injected) throws Exception {
    Engine.Flags flags = new Engine.Flags();
    flags.classify = List.of("none");
    flags.detector = "yunet";
    flags.device = "cpu";
    try (Engine engine = Engine.open(flags)) {
      Run run = new Run(engine, new AtomicLong()::incrementAndGet, Long.MAX_VALUE);
      return new LiveBench(run).measure(plan(injected));
    }
  }

  @Test
  void ranksAges() {
    LiveBench.Ages ages =
        new LiveBench.Ages(List.of(4_000_000L, 1_000_000L, 2_000_000L, 3_000_000L));
    assertThat(ages.millis(0.5)).isEqualTo(2);
    assertThat(ages.millis(0.95)).isEqualTo(4);
    assertThat(new LiveBench.Ages(List.of()).millis(0.5)).isNaN();
  }
}
