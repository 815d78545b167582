package dev.mien.evaluate;

/**
 * How well faces were found.
 *
 * @param truth faces that are there, without the difficult ones
 * @param found of them that a detection overlaps enough
 * @param detections that count: those on difficult faces do not
 */
public record FaceScores(int truth, int found, int detections) {
  /** The share of the faces that was found. */
  public double recall() {
    return truth == 0 ? 0 : found / (double) truth;
  }

  /** The share of the detections that is a face. */
  public double precision() {
    return detections == 0 ? 0 : found / (double) detections;
  }
}
