package dev.mien.detect;

import dev.mien.frame.Box;

/**
 * A place that may be a face.
 *
 * @param box in pixels of the frame
 * @param score 0..1
 * @param side the longer one of the box, in pixels of the picture that was looked at
 * @param orientation in which it was seen
 */
record Suspect(Box box, double score, double side, Orientation orientation) {
  /** What is hidden around a box, as a share of its size. */
  private static final double MARGIN = 0.15;

  /** Two boxes that overlap more than this are of one face. */
  private static final double SAME = 0.3;

  /** Whether hiding this one hides the other one too. */
  boolean covers(Suspect other) {
    Box outer = box.expand(MARGIN);
    Box inner = other.box;
    return inner.iou(box) > SAME
        || (inner.x() >= outer.x()
            && inner.y() >= outer.y()
            && inner.right() <= outer.right()
            && inner.bottom() <= outer.bottom());
  }
}
