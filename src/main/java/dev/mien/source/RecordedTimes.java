package dev.mien.source;

import org.jspecify.annotations.Nullable;

/**
 * Timestamps of a recording that only ever grow. They are the container's; where its clock jumps,
 * as it does where recordings were joined end to end, what follows goes on a step later. All are
 * nanoseconds.
 */
final class RecordedTimes {
  private static final long SECOND = 1_000_000_000L;

  /** FFmpeg's own limits, for containers whose clock may start anew, and for others. */
  private static final long JUMP = 10 * SECOND;

  private static final long LONGEST = 30 * 3600 * SECOND;

  /** Pictures out of order are no further apart. */
  private static final long DISORDER = SECOND;

  private final long jump;
  private long step;
  private long offset;
  private long given;
  private boolean behind;
  private boolean started;
  private long last;

  /**
   * @param restarts whether the clock of this kind of container may start anew within it
   * @param step from one picture to the next, where they do not say
   */
  RecordedTimes(boolean restarts, long step) {
    jump = restarts ? JUMP : LONGEST;
    this.step = step;
  }

  /**
   * The timestamp of the next picture.
   *
   * @param own the picture's own time; null if it has none
   * @param duration how long it is shown; 0 if that is not known
   */
  long at(@Nullable Long own, long duration) {
    long time = started ? last + step : 0;
    if (own != null) {
      long way = own - given;
      if (!started) {
        time = own;
        given = own;
      } else if (way == 0 || (way < 0 && way > -DISORDER && !behind)) {
        behind = way < 0;
        time = last + step / 2;
      } else {
        if (way < 0 || way > jump) {
          offset = last + step - own;
        }
        behind = false;
        given = own;
        time = Math.max(own + offset, last + 1);
      }
    }
    step = duration > 0 && duration < jump ? duration : step;
    started = true;
    last = time;
    return time;
  }

  /** Where the last picture ends. */
  long end() {
    return started ? last + step : 0;
  }

  /** By how much the container's clock was set right. */
  long offset() {
    return offset;
  }
}
