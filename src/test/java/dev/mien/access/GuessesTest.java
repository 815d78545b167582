package dev.mien.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Mistakes, and the seconds that they cost. */
final class GuessesTest {
  private final AtomicInteger looks = new AtomicInteger();
  private long now = -5;
  private final Guesses guesses = new Guesses("a token", () -> now);

  private Guesses.Verdict guess(String from, boolean right) throws UnknownHostException {
    return guesses.judge(
        InetAddress.getByName(from),
        () -> {
          looks.incrementAndGet();
          return right;
        });
  }

  private void pass(long seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void eachMistakeMakesTheNextOneWaitLonger() throws Exception {
    for (int i = 0; i < 4; i++) {
      assertThat(guess("192.0.2.1", false).waitSeconds()).isZero();
    }
    for (long wait : new long[] {1, 2, 4, 8, 16, 32, 60, 60}) {
      assertThat(guess("192.0.2.1", false)).isEqualTo(new Guesses.Verdict(false, true, wait));
      pass(wait);
    }
    pass(601);
    assertThat(guess("192.0.2.1", false).waitSeconds()).as("forgotten").isZero();
  }

  @Test
  void whoWaitsIsNotLookedAtAndWaitsNoLonger() throws Exception {
    for (int i = 0; i < 5; i++) {
      guess("192.0.2.1", false);
    }
    looks.set(0);
    for (int i = 0; i < 1000; i++) {
      assertThat(guess("192.0.2.1", i % 2 == 0)).isEqualTo(new Guesses.Verdict(false, false, 1));
    }
    assertThat(looks).hasValue(0);
    assertThat(guess("192.0.2.2", true).right()).as("another address").isTrue();
    pass(1);
    assertThat(guess("192.0.2.1", true).right()).isTrue();
  }

  @Test
  void aRightOneDoesNotWipeOutTheMistakes() throws Exception {
    for (int i = 0; i < 40; i++) {
      guess("192.0.2.1", false);
      guess("192.0.2.1", true);
    }
    assertThat(looks.get()).as("five mistakes and what was right between them").isEqualTo(9);
  }

  @Test
  void allAddressesTogetherAreLimitedButForThoseThatWereRight() throws Exception {
    guess("198.51.100.1", true);
    for (int i = 0; i < 250; i++) {
      guess("192.0.2." + i, false);
    }
    assertThat(looks).hasValue(51);
    assertThat(guess("203.0.113.9", true)).isEqualTo(new Guesses.Verdict(false, false, 1));
    assertThat(guess("198.51.100.1", true).right()).isTrue();
    pass(10);
    looks.set(0);
    for (int i = 0; i < 250; i++) {
      guess("192.0.2." + i, false);
    }
    assertThat(looks).as("one a second").hasValue(10);
  }

  @Test
  void theHostsOfOneSubnetAreOne() throws Exception {
    for (int i = 0; i < 40; i++) {
      guess("2001:db8:1:2::" + i, false);
    }
    assertThat(looks).hasValue(5);
    assertThat(guess("2001:db8:1:3::1", false).looked()).isTrue();
    guess("::ffff:192.0.2.1", false);
    assertThat(Networks.of(InetAddress.getByName("::ffff:192.0.2.1")))
        .isEqualTo(InetAddress.getByName("192.0.2.1"));
    assertThat(Networks.of(InetAddress.getByName("192.0.2.1")))
        .isNotEqualTo(Networks.of(InetAddress.getByName("192.0.2.2")));
  }
}
