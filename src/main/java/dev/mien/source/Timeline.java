package dev.mien.source;

/**
 * Timestamps of a live stream that begin at 0 and only ever grow, over reconnects and whatever a
 * camera does to its clock.
 */
final class Timeline {
  /** A longer step is a clock that was set, or another connection; not a frame that was late. */
  private static final long LONGEST_STEP = 10_000_000_000L;

  static final long USUAL_STEP = 40_000_000L;

  private long sequence;
  private long offset;
  private long last = -1;

  /** The timestamp for a frame that the stream gives this time, both in nanoseconds. */
  synchronized long at(long given) {
    long time = given + offset;
    if (last < 0) {
      time = 0;
    } else if (time <= last || time > last + LONGEST_STEP) {
      time = last + USUAL_STEP;
    }
    offset = time - given;
    last = time;
    return time;
  }

  synchronized long nextSequence() {
    return sequence++;
  }
}
