package dev.mien.track;

import java.time.Duration;

/**
 * When a detection becomes a face that is reported, and how steady its labels are.
 *
 * @param sure a track with a detection of at least this score is reported from that frame on, 0..1
 * @param likely a track is also reported when the mean score of its first {@code patience} reaches
 *     this, 0..1
 * @param still a picture without a past is believed from this score on, 0..1
 * @param patience how long a track must be seen before {@code likely} decides
 * @param memory a track that was not seen for longer ends
 * @param smoothing time constant of the labels' moving average: a change of face shows after about
 *     0.7 of it
 * @param margin by how much another label's average must lead before it replaces the shown one,
 *     0..1
 */
public record Rules(
    double sure,
    double likely,
    double still,
    Duration patience,
    Duration memory,
    Duration smoothing,
    double margin) {
  public static final Rules DEFAULT =
      new Rules(
          0.83,
          0.73,
          0.65,
          Duration.ofMillis(400),
          Duration.ofSeconds(1),
          Duration.ofMillis(500),
          0.1);

  public Rules {
    if (!(sure >= 0 && sure <= 1)) {
      throw new IllegalArgumentException("--conf: found " + sure + ", expected 0 to 1");
    }
  }

  /** The same with another score from which a face is believed at once; the rest goes along. */
  public Rules withSure(double other) {
    double along = sure == 0 ? 1 : other / sure;
    return new Rules(
        other,
        sure == 0 ? other : likely * along,
        sure == 0 ? other : still * along,
        patience,
        memory,
        smoothing,
        margin);
  }
}
