package dev.mien.source;

import java.util.Locale;

/**
 * How long a live source may take, in nanoseconds.
 *
 * @param opening from the look-up of the name to the point where pictures may come
 * @param frame from one picture to the next
 * @param stall after which a source that is up is called stalled; less than {@code frame}
 */
record Deadlines(long opening, long frame, long stall) {
  private static final long SECOND = 1_000_000_000L;

  /** Of a file, which is waited for. */
  static final Deadlines NONE =
      new Deadlines(Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, Long.MAX_VALUE / 4);

  static final Deadlines USUAL = new Deadlines(10 * SECOND, 10 * SECOND, 2 * SECOND);

  /** For people: {@code 10 s}. */
  static String text(long nanos) {
    return nanos % SECOND == 0
        ? nanos / SECOND + " s"
        : String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }
}
