package dev.mien.command;

import java.util.Locale;

/**
 * Says on standard error how much of a known amount of work is done, and how long the rest takes.
 */
final class ProgressLine {
  private static final boolean TERMINAL = Boolean.getBoolean("mien.terminal");
  private static final long EVERY_NANOS = TERMINAL ? 500_000_000L : 10_000_000_000L;

  private final String what;
  private final int all;
  private final long start = System.nanoTime();
  private long told = start;

  /**
   * @param what for example "pictures judged"
   */
  ProgressLine(String what, int all) {
    this.what = what;
    this.all = all;
  }

  /** From any thread. */
  synchronized void reached(int done) {
    long now = System.nanoTime();
    if (done < all && now - told >= EVERY_NANOS) {
      told = now;
      double left = (now - start) / 1e9 / done * (all - done);
      String line =
          String.format(Locale.ROOT, "%s: %d of %d, about %.0f s left", what, done, all, left);
      System.err.print(TERMINAL ? "\r\u001b[K" + line : line + System.lineSeparator());
    }
  }

  /** Clears the line. */
  synchronized void end() {
    if (TERMINAL && told != start) {
      System.err.print("\r\u001b[K");
    }
  }
}
