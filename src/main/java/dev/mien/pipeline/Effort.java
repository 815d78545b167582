package dev.mien.pipeline;

/**
 * How much is done for the frames of a live source, so that all sources get by with the workers
 * there are. A recording always gets {@link #FULL}.
 *
 * @param detectEvery faces are looked for in every so manieth frame, and followed in between
 * @param sparing whether a face whose labels are steady is classified only now and then
 */
public record Effort(int detectEvery, boolean sparing) {
  public static final Effort FULL = new Effort(1, false);

  @Override
  public String toString() {
    return (detectEvery == 1 ? "looks at every frame" : "looks at one frame of " + detectEvery)
        + (sparing ? ", classifies steady faces now and then" : ", classifies every face");
  }
}
