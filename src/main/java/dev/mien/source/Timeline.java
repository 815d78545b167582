package dev.mien.source;

/**
 * Timestamps of a live stream that begin at 0, only ever grow and keep real time, over reconnects
 * and whatever a camera does to its clock. What the stream says is believed as long as it goes on
 * about as fast as pictures arrive; where it jumps, the time of arrival takes its place.
 */
final class Timeline {
  /** For a picture that has no time of its own. */
  static final long NONE = Long.MIN_VALUE;

  static final long USUAL_STEP = 40_000_000L;

  /**
   * How much further than the time that went by a step may go: pictures that were held up on the
   * way come all at once.
   */
  private static final long SLACK = 1_000_000_000L;

  private long sequence;
  private boolean continues;
  private boolean repeated;
  private long offset;
  private long lastGiven;
  private long lastArrival;
  private long last = -1;

  /** What comes next is of another connection. */
  synchronized void restart() {
    continues = false;
  }

  /**
   * The timestamp of the next picture. All are nanoseconds.
   *
   * @param given the picture's own time, or {@link #NONE}
   * @param arrival when it came, by a clock that is never set
   */
  synchronized long at(long given, long arrival) {
    long waited = last < 0 ? 0 : Math.max(1, arrival - lastArrival);
    long time = last < 0 ? 0 : last + waited;
    boolean same = continues && given == lastGiven;
    if (given != NONE) {
      if (same && !repeated) {
        // Told twice, it shares the way to the next one, which may well be right again.
        time = last + Math.min(waited, USUAL_STEP / 2);
      } else if (continues && !same && follows(given, waited)) {
        time = given + offset;
      } else {
        offset = time - given;
      }
    }
    repeated = same;
    continues = given != NONE;
    lastGiven = given;
    lastArrival = arrival;
    last = Math.max(time, last + 1);
    return last;
  }

  private boolean follows(long given, long waited) {
    long step = given - lastGiven;
    return step > 0 && step <= waited + SLACK && given + offset > last;
  }

  synchronized long nextSequence() {
    return sequence++;
  }
}
