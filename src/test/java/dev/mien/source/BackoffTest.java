package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  @DisplayName("R04: who comes back within ten minutes is seen within two seconds")
  void soon() {
    for (long away = 0; away <= 600; away += 5) {
      assertThat(Backoff.failed(away * SECOND, 1)).isLessThanOrEqualTo(3 * SECOND / 2);
    }
    assertThat(Backoff.broken(0, 1)).isLessThanOrEqualTo(3 * SECOND / 2);
    assertThat(Backoff.broken(60 * SECOND, 1)).isLessThanOrEqualTo(SECOND / 2);
  }

  @Test
  @DisplayName("R04: pauses grow, and neighbours do not come at once")
  void grows() {
    assertThat(Backoff.failed(0, 0.5)).isEqualTo(SECOND / 4);
    assertThat(Backoff.failed(10 * SECOND, 0.5)).isEqualTo(SECOND / 2);
    assertThat(Backoff.failed(60 * SECOND, 0.5)).isEqualTo(SECOND);
    assertThat(Backoff.failed(3600 * SECOND, 0.5)).isEqualTo(5 * SECOND);
    assertThat(Backoff.failed(60 * SECOND, 0.1)).isLessThan(Backoff.failed(60 * SECOND, 0.9));
  }

  @Test
  @DisplayName("R11: a refused password is not tried again for ten seconds and more")
  void refused() {
    long before = 0;
    for (int times = 1; times < 200; times++) {
      assertThat(Backoff.refused(times, 0)).isGreaterThanOrEqualTo(10 * SECOND);
      assertThat(Backoff.refused(times, 0.5)).isBetween(before, 900 * SECOND);
      before = Backoff.refused(times, 0.5);
    }
  }
}
