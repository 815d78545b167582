package dev.mien.sink;

import java.util.function.Supplier;

/**
 * How long no frame has come, in ticks of a clock of its owner's, and the words for it. Not safe
 * for use by several threads.
 */
final class Silence {
  /** How often its owner looks. */
  static final int TICK_MILLIS = 250;

  private static final int TICKS_A_SECOND = 1000 / TICK_MILLIS;
  private static final long TICK_NANOS = TICK_MILLIS * 1_000_000L;

  /** So long may frames stay away before it is said; three times as long as they usually do. */
  private static final int PATIENCE = 2 * TICKS_A_SECOND;

  private static final int LONGEST_PATIENCE = 30 * TICKS_A_SECOND;

  private final String source;
  private final Supplier<String> why;
  private boolean started;
  private long last;
  private int ticks;
  private int patience = PATIENCE;

  /**
   * @param source its name
   * @param why no frame comes, in a line; empty where that is not known
   */
  Silence(String source, Supplier<String> why) {
    this.source = source;
    this.why = why;
  }

  /** A frame came. */
  void frame(long timestamp) {
    if (started) {
      long usual = (timestamp - last) * 3 / TICK_NANOS;
      patience = (int) Math.max(PATIENCE, Math.min(usual, LONGEST_PATIENCE));
    }
    started = true;
    last = timestamp;
    ticks = 0;
  }

  void tick() {
    ticks++;
  }

  /** Since the last frame. */
  int ticks() {
    return ticks;
  }

  boolean started() {
    return started;
  }

  /** Whether no frame has come for longer than is usual. */
  boolean lasting() {
    return !started || ticks >= patience;
  }

  /** What to say; a second line where it is known why. */
  String words() {
    String what =
        "no picture from "
            + source
            + (started ? " for " + duration(ticks / TICKS_A_SECOND) : " yet");
    String reason = why.get();
    return reason.isEmpty() ? what : what + "\n" + reason;
  }

  static String duration(int seconds) {
    if (seconds < 120) {
      return seconds + " s";
    }
    return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
  }
}
