package dev.mien.pipeline;

/**
 * How much is done for the frames of a source.
 *
 * @param everyFace whether the models are asked about every face of every frame, and not only where
 *     a face is new or changed, or its label is not clear
 * @param lookEvery nanoseconds between two frames in which faces are looked for; 0: in every frame.
 *     In between they are carried on by how they move
 */
public record Effort(boolean everyFace, long lookEvery) {
  private static final double MILLI = 1e6;

  /** Everything, in every frame. */
  public static final Effort FULL = new Effort(true, 0);

  /** Of 25 or 30 frames a second, every third is looked at; of 10, every one. */
  public static final Effort AUTO = new Effort(false, 110_000_000L);

  /** The longest run of frames in which nobody looks, whatever their times say. */
  private static final int MOST_BETWEEN = 5;

  Effort lookingEvery(long nanos) {
    return new Effort(everyFace, nanos);
  }

  /**
   * Whether to look at the next frame.
   *
   * @param frames since the last look, this one counted
   * @param passed nanoseconds since then
   */
  boolean looks(int frames, long passed) {
    double half = (double) passed / frames / 2;
    return lookEvery == 0 || frames > MOST_BETWEEN || passed < 0 || passed + half >= lookEvery;
  }

  /** Of how many frames one is looked at, at this rate of frames a second. */
  int oneOf(double rate) {
    return (int) Math.max(1, Math.min(MOST_BETWEEN + 1, Math.ceil(lookEvery * rate / 1e9 - 0.5)));
  }

  @Override
  public String toString() {
    return (lookEvery == 0
            ? "looks at every frame"
            : "looks for faces every %.0f ms".formatted(lookEvery / MILLI))
        + (everyFace ? ", classifies every face" : ", classifies faces that are new or changed");
  }
}
