package dev.mien.track;

import dev.mien.face.Detection;
import dev.mien.frame.Box;
import dev.mien.frame.Size;
import org.jspecify.annotations.Nullable;

/** One face over time: where it was last, how it moves, and whether it is believed. */
final class Track {
  /** Share of the newest step in the velocity: little enough to not follow a box that trembles. */
  private static final double NEWEST = 0.4;

  private static final double SECOND = 1e9;

  private final long first;
  private final LabelFilter labels;
  private final Asking asking = new Asking();
  private Detection newest;
  private Box box;
  private long last;
  private double velocityX;
  private double velocityY;
  private double scoreSum;
  private int hits;
  private @Nullable Long id;

  Track(Detection detection, long timestamp, LabelFilter labels) {
    first = timestamp;
    last = timestamp;
    newest = detection;
    box = detection.box();
    this.labels = labels;
    scoreSum = detection.confidence();
    hits = 1;
  }

  Box box() {
    return box;
  }

  /** Where it should be now, if it moves on as it did. */
  Box predict(long timestamp) {
    double seconds = (timestamp - last) / SECOND;
    return new Box(
        box.x() + velocityX * seconds, box.y() + velocityY * seconds, box.width(), box.height());
  }

  /** Its detection, moved to where it should be now; null if that is outside. */
  @Nullable Detection expect(long timestamp, Size resolution) {
    Box expected = predict(timestamp).clip(resolution);
    return expected.area() < box.area() / 2
        ? null
        : new Detection(expected, newest.confidence(), null);
  }

  void see(Detection detection, long timestamp) {
    double seconds = (timestamp - last) / SECOND;
    if (seconds > 0) {
      Box now = detection.box();
      velocityX += NEWEST * ((now.centerX() - box.centerX()) / seconds - velocityX);
      velocityY += NEWEST * ((now.centerY() - box.centerY()) / seconds - velocityY);
    }
    newest = detection;
    box = detection.box();
    last = timestamp;
    scoreSum += detection.confidence();
    hits++;
  }

  long last() {
    return last;
  }

  long age() {
    return last - first;
  }

  double meanScore() {
    return scoreSum / hits;
  }

  LabelFilter labels() {
    return labels;
  }

  Asking asking() {
    return asking;
  }

  /** Null until it is believed. */
  @Nullable Long id() {
    return id;
  }

  void believe(long newId) {
    id = newId;
  }
}
