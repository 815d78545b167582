package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.pipeline.Effort;
import dev.mien.session.Session;
import dev.mien.session.Setup;
import dev.mien.source.SourceAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The measurement of ages through real streams; how exact it is, {@link LiveCameraTest} says. */
@Timeout(120)
final class LiveBenchIT {
  private static final long INJECTED = 2000;

  @Test
  void findsPicturesThatAreHeldBack() throws Exception {
    LiveLedger.Result result = measure(INJECTED, 1, Duration.ofSeconds(20));
    assertThat(result.straight().seen().sorted()).isNotEmpty();
    assertThat(result.foundAtClient()).isGreaterThan(INJECTED / 2.0);
    assertThat(result.foundAtEvent()).isGreaterThan(INJECTED / 2.0);
  }

  @Test
  @DisplayName("R06: what a slow detector makes too old is dropped and counted")
  void dropsWhatASlowDetectorMakesTooOld() throws Exception {
    LiveLedger.Result result = measure(0, 200, Duration.ofMillis(5));
    assertThat(result.straight().told().sorted()).isEmpty();
    assertThat(result.text()).contains("older than the age limit");
  }

  private static LiveLedger.Result measure(long injected, int slow, Duration maxAge)
      throws Exception {
    ReadFlags flags = new ReadFlags();
    flags.classify = List.of("none");
    flags.detector = "yunet";
    flags.device = "cpu";
    try (Session session = flags.session(d -> new LiveBench.Slow(d, slow))) {
      Setup setup = session.open(flags.wishes(Effort.FULL));
      Run run = new Run(session, setup, Long.MAX_VALUE, maxAge);
      return new LiveBench(run)
          .measure(
              new LiveBench.Plan(SourceAddress.parse(Program.CLIP.toString()), 4, injected, 6));
    }
  }
}
