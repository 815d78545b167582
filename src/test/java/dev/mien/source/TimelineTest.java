package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A stream of 25 pictures a second, whose own times go wrong from the 100th on. */
final class TimelineTest {
  private static final long MS = 1_000_000L;
  private static final long STEP = 40 * MS;
  private static final int WRONG_FROM = 100;
  private static final int PICTURES = 300;

  /** Timestamps of pictures that arrive in time, with what they say of themselves. */
  private static List<Long> run(LongUnaryOperator given) {
    Timeline line = new Timeline();
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      times.add(line.at(given.applyAsLong(i), 7_000 * MS + i * STEP));
    }
    assertThat(times).startsWith(0L).isSorted().doesNotHaveDuplicates();
    return times;
  }

  private static void keepsRealTime(LongUnaryOperator given) {
    List<Long> times = run(given);
    for (int i = 0; i < PICTURES; i++) {
      assertThat(times.get(i)).as("picture %d", i).isCloseTo(i * STEP, within(STEP));
    }
  }

  @Test
  @DisplayName("a stream's own times are kept to the nanosecond, however unevenly it arrives")
  void own() {
    Timeline line = new Timeline();
    for (int i = 0; i < PICTURES; i++) {
      long late = i % 7 * 30L * MS;
      assertThat(line.at(5_000 * MS + i * STEP, i * STEP + late)).isEqualTo(i * STEP);
    }
  }

  @Test
  @DisplayName("pictures that were held up and come all at once keep their times")
  void heldUp() {
    Timeline line = new Timeline();
    for (int i = 0; i < PICTURES; i++) {
      long arrival = i < 100 || i > 200 ? i * STEP : 200 * STEP + i;
      assertThat(line.at(i * STEP, arrival)).isEqualTo(i * STEP);
    }
  }

  @Test
  void setBack() {
    keepsRealTime(i -> i * STEP - (i < WRONG_FROM ? 0 : 3_600_000 * MS));
    keepsRealTime(i -> i * STEP - (i < WRONG_FROM ? 0 : 500 * MS));
  }

  @Test
  void setForward() {
    keepsRealTime(i -> i * STEP + (i < WRONG_FROM ? 0 : 86_400_000 * MS));
    keepsRealTime(i -> i * STEP + (i < WRONG_FROM ? 0 : 5_000 * MS));
  }

  @Test
  @DisplayName("32 bits of a 90 kHz clock run over")
  void wrapped() {
    long range = (1L << 32) * 100_000L / 9;
    keepsRealTime(i -> (range - WRONG_FROM * STEP + i * STEP) % range);
  }

  @Test
  void eachTwice() {
    keepsRealTime(i -> (i < WRONG_FROM ? i : i / 2 * 2) * STEP);
  }

  @Test
  void stuck() {
    keepsRealTime(i -> Math.min(i, WRONG_FROM) * STEP);
  }

  @Test
  void none() {
    keepsRealTime(i -> Timeline.NONE);
    keepsRealTime(i -> i < WRONG_FROM ? i * STEP : Timeline.NONE);
    keepsRealTime(i -> i % 2 == 0 ? i * STEP : Timeline.NONE);
  }

  @Test
  @DisplayName("the time between two connections is in the timeline")
  void reconnected() {
    Timeline line = new Timeline();
    assertThat(line.at(500 * MS, 1_000 * MS)).isZero();
    assertThat(line.at(540 * MS, 1_040 * MS)).isEqualTo(40 * MS);
    line.restart();
    assertThat(line.at(600 * MS, 9_040 * MS)).isEqualTo(8_040 * MS);
    assertThat(line.at(640 * MS, 9_080 * MS)).isEqualTo(8_080 * MS);
  }
}
