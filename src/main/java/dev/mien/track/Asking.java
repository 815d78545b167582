package dev.mien.track;

import dev.mien.face.Appearance;
import dev.mien.frame.Box;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the models are asked about a face again: when it is new, when it changed, when its
 * label is not settled, and after a while in any case. For one track.
 */
final class Asking {
  /** A new face's label is the mean of so many answers at least. */
  private static final int FIRST_ANSWERS = 4;

  /** A face that looks different by this much is asked about: {@link Appearance#difference}. */
  private static final double CHANGED = 0.03;

  /** A face that grew or shrank by this share is. */
  private static final double RESIZED = 0.2;

  private static final long SETTLED_NANOS = 500_000_000L;

  private int answers;
  private long last;
  private @Nullable Appearance appearance;
  private @Nullable Box box;

  /**
   * Whether to ask now.
   *
   * @param now how the face looks; null where that is not known, which always asks
   * @param settled whether the labels until now are clear
   */
  boolean due(long timestamp, Box place, @Nullable Appearance now, boolean settled) {
    Appearance before = appearance;
    Box beforeBox = box;
    if (answers < FIRST_ANSWERS || now == null || before == null || beforeBox == null) {
      return true;
    }
    double size = place.height() / beforeBox.height();
    return !settled
        || timestamp - last >= SETTLED_NANOS
        || now.difference(before) > CHANGED
        || size > 1 + RESIZED
        || size < 1 / (1 + RESIZED);
  }

  void asked(long timestamp, Box place, @Nullable Appearance now) {
    answers++;
    last = timestamp;
    appearance = now;
    box = place;
  }
}
