package dev.mien.source;

/** How long to wait before a source is connected again, in nanoseconds. */
final class Backoff {
  private static final long SECOND = 1_000_000_000L;
  private static final long SHORTEST = SECOND / 4;
  private static final long USUAL = SECOND;

  /** For what is away this long nobody waits by the second. */
  private static final long LONG_GONE = 600 * SECOND;

  private static final long LONGEST = 5 * SECOND;

  /** Of the time that it was away already, so that who comes back soon is seen soon. */
  private static final int SHARE = 20;

  private static final long FIRST_REFUSAL = 30 * SECOND;
  private static final long LONGEST_REFUSAL = 900 * SECOND;

  private Backoff() {}

  /**
   * After an attempt that failed.
   *
   * @param away since the source was lost
   * @param chance 0 to 1: half to one and a half of the pause, so that neighbours do not come at
   *     once
   */
  static long failed(long away, double chance) {
    long pause = away > LONG_GONE ? LONGEST : Math.min(away / SHARE, USUAL);
    return jittered(Math.max(pause, SHORTEST), chance);
  }

  /**
   * After a connection that broke.
   *
   * @param stood how long it stood: what breaks at once is not run at
   */
  static long broken(long stood, double chance) {
    return jittered(stood < SECOND ? USUAL : SHORTEST, chance);
  }

  /**
   * After a refused password, of which cameras bear a few only.
   *
   * @param times how often it was refused in a row, from 1
   */
  static long refused(int times, double chance) {
    return jittered(Math.min(FIRST_REFUSAL << Math.min(times - 1, 10), LONGEST_REFUSAL), chance);
  }

  private static long jittered(long pause, double chance) {
    return (long) (pause * (0.5 + chance));
  }
}
