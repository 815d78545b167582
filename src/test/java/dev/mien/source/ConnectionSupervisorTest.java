package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.frame.Size;
import dev.mien.source.ConnectionState.State;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

/** When a source is called stalled, by a clock of the test's own. */
final class ConnectionSupervisorTest {
  private static final long MILLI = 1_000_000L;
  private static final Size SIZE = new Size(640, 480);

  private long now;
  private int stalls;
  private final ConnectionSupervisor life =
      new ConnectionSupervisor("cam", Deadlines.USUAL, Level.DEBUG, () -> now);

  @BeforeEach
  void connect() {
    life.connected("h264");
    life.picture(SIZE);
  }

  /** Time goes by while FFmpeg waits, and asks every ten milliseconds. */
  private void pass(long millis) {
    for (long end = now + millis * MILLI; now < end; now += 10 * MILLI) {
      State before = life.link().state();
      life.waiting();
      stalls += life.link().state() == State.STALLED && before != State.STALLED ? 1 : 0;
    }
  }

  private void pictures(int count, LongSupplier millis) {
    for (int i = 0; i < count; i++) {
      pass(millis.getAsLong());
      life.picture(SIZE);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.6, 1, 5, 12, 18, 20})
  @DisplayName("R08: a slow camera is up all the time")
  void slow(double rate) {
    pictures(200, () -> Math.round(1000 / rate));
    assertThat(stalls).isZero();
    assertThat(life.link().state()).isEqualTo(State.UP);
  }

  @Test
  @DisplayName("R08: so is one whose pictures come unevenly")
  void uneven() {
    Random random = new Random(8);
    pictures(500, () -> 30 + random.nextInt(1900));
    assertThat(stalls).isZero();
  }

  @Test
  @DisplayName("R08: one that gives a picture every five seconds is told of twice at most")
  void verySlow() {
    pictures(100, () -> 5000);
    assertThat(stalls).isLessThanOrEqualTo(2);
    assertThat(life.link().state()).isEqualTo(State.UP);
  }

  @Test
  @DisplayName("R03: silence of two seconds is a stall, and the next picture its end")
  void silence() {
    pictures(50, () -> 40);
    pass(1990);
    assertThat(life.link().state()).isEqualTo(State.UP);
    pass(30);
    assertThat(life.link().state()).isEqualTo(State.STALLED);
    assertThat(life.link().reason()).startsWith("no picture for 2.0 s");
    life.picture(SIZE);
    assertThat(life.link().state()).isEqualTo(State.UP);
    assertThat(life.link().reconnects()).isZero();
  }
}
