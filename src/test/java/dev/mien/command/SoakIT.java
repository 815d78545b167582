package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** R36: the soak of docs/soak.md, short; {@code src/test/soak} is the long one. */
final class SoakIT {
  private static final Soak.Plan PLAN = new Soak.Plan(6_000, 100, 4, 6, 2, 6);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @BeforeEach
  void needsSignals() {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "needs /bin/kill and /proc");
  }

  @Test
  @Timeout(900)
  void nothingGrows() throws Exception {
    List<SoakSample> samples;
    int status;
    try (Soak soak = new Soak(folder, PLAN, sample -> {}, Soak.HEAP)) {
      samples = soak.run();
      status = soak.end();
    }
    SoakSample last = samples.get(samples.size() - 1);
    assertThat(last.frames()).isGreaterThanOrEqualTo(PLAN.frames());
    assertThat(last.observed()).isPositive();
    assertThat(last.reconnects()).isGreaterThanOrEqualTo(PLAN.reconnects());
    assertThat(last.swaps()).isEqualTo(PLAN.swaps());
    assertThat(last.reloads()).isEqualTo(PLAN.reloads());
    assertThat(SoakVerdict.grown(SoakVerdict.warm(samples))).isEmpty();
    assertThat(status).isEqualTo(143);
  }
}
