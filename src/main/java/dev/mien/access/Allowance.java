package dev.mien.access;

import java.util.concurrent.TimeUnit;

/** What somebody may use: it fills evenly up to a most. Not for several threads. */
public final class Allowance {
  private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

  private final double aSecond;
  private final double most;
  private double left;
  private long at;

  /**
   * A full one.
   *
   * @param aSecond what is added
   * @param now nanoseconds of the clock that all calls go by
   */
  public Allowance(double aSecond, double most, long now) {
    this.aSecond = aSecond;
    this.most = most;
    left = most;
    at = now;
  }

  /** Nanoseconds until this much is there; 0 if it is. */
  public long waitFor(double amount, long now) {
    fill(now);
    return left >= amount ? 0 : (long) Math.ceil((amount - left) / aSecond * SECOND);
  }

  /** Takes this much, also what is not there yet. */
  public void take(double amount, long now) {
    fill(now);
    left -= amount;
  }

  private void fill(long now) {
    left = Math.min(most, left + (now - at) / SECOND * aSecond);
    at = now;
  }
}
