package dev.mien.access;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often somebody may try a token or a password. Who has to wait is refused before anything is
 * compared, so that the answer does not tell a right one from a wrong one.
 *
 * <p>An address may be wrong five times; each further one costs it a wait that doubles from a
 * second to a minute, and is forgotten ten minutes after its last. All addresses together may be
 * wrong fifty times, and once a second from then on, except those that have been right before:
 * these have to do with their own mistakes only.
 */
public final class Guesses {
  private static final Logger log = LoggerFactory.getLogger(Guesses.class);
  private static final int FREE = 5;
  private static final int FREE_IN_ALL = 50;
  private static final long FIRST_WAIT = TimeUnit.SECONDS.toNanos(1);
  private static final int DOUBLINGS = 6;
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(60);
  private static final long FORGOTTEN_AFTER = TimeUnit.MINUTES.toNanos(10);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int REMEMBERED = 4096;

  /**
   * What came of a try.
   *
   * @param right whether it may come in
   * @param waitSeconds from when on the next try is looked at; where this one was not, above 0
   * @param looked whether it was compared at all
   */
  public record Verdict(boolean right, boolean looked, long waitSeconds) {}

  /** The mistakes of one address. */
  private record Mistakes(int count, long last, long waitUntil) {}

  /** Those used last. */
  private static final class Newest<V> extends LinkedHashMap<InetAddress, V> {
    private static final long serialVersionUID = 1L;

    Newest() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<InetAddress, V> eldest) {
      return size() > REMEMBERED;
    }
  }

  private final String what;
  private final LongSupplier clock;
  private final Map<InetAddress, Mistakes> mistakes = new Newest<>();
  private final Map<InetAddress, Boolean> known = new Newest<>();
  private final Allowance inAll;
  private long told;
  private int wrong;
  private int refused;

  /**
   * @param what is guessed, for the log: "the token of the page"
   */
  public Guesses(String what) {
    this(what, System::nanoTime);
  }

  Guesses(String what, LongSupplier clock) {
    this.what = what;
    this.clock = clock;
    long now = clock.getAsLong();
    inAll = new Allowance(1, FREE_IN_ALL, now);
    told = now - SECOND;
  }

  /**
   * One try.
   *
   * @param from who tries, as the connection says: what a request says about it may be invented
   * @param right asked at most once, and only if this one need not wait
   */
  public synchronized Verdict judge(InetAddress from, BooleanSupplier right) {
    InetAddress address = Networks.of(from);
    long now = clock.getAsLong();
    long wait = waitOf(address, now);
    if (wait > 0) {
      refused++;
      tell(from, now);
      return new Verdict(false, false, seconds(wait));
    }
    if (right.getAsBoolean()) {
      known.put(address, true);
      return new Verdict(true, true, 0);
    }
    wrong++;
    if (!known.containsKey(address)) {
      inAll.take(1, now);
    }
    Mistakes more = oneMore(mistakes.get(address), now);
    mistakes.put(address, more);
    tell(from, now);
    return new Verdict(false, true, seconds(Math.max(0, more.waitUntil() - now)));
  }

  private long waitOf(InetAddress address, long now) {
    Mistakes made = mistakes.get(address);
    long own = made == null ? 0 : made.waitUntil() - now;
    return Math.max(own, known.containsKey(address) ? 0 : inAll.waitFor(1, now));
  }

  private static Mistakes oneMore(@Nullable Mistakes before, long now) {
    if (before == null || now - before.last() > FORGOTTEN_AFTER) {
      return new Mistakes(1, now, now);
    }
    int count = before.count() + 1;
    int doublings = Math.min(count - FREE, DOUBLINGS);
    long wait = doublings < 0 ? 0 : Math.min(FIRST_WAIT << doublings, LONGEST_WAIT);
    return new Mistakes(count, now, now + wait);
  }

  private static long seconds(long nanos) {
    return (nanos + SECOND - 1) / SECOND;
  }

  /** A line a second at most, however many try. */
  private void tell(InetAddress from, long now) {
    if (now - told < SECOND) {
      return;
    }
    told = now;
    log.warn(
        "wrong guesses at {}: {}, and {} refused without a look; the last from {}",
        what,
        wrong,
        refused,
        from.getHostAddress());
    wrong = 0;
    refused = 0;
  }
}
