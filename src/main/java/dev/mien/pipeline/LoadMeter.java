package dev.mien.pipeline;

import java.util.Objects;

/** Turns the counts of a source into its load, each time over what came since the time before. */
final class LoadMeter {
  private static final double SECOND = 1e9;

  private final Meter meter;
  private final long maxAge;
  private final boolean fixed;
  private Durations ages;
  private Durations looks;
  private long read;
  private long crops;
  private long faces;
  private long classifying;
  private long lost;
  private long at;
  private double look;
  private double facesALook;
  private double classify;
  private double asked = 1;

  LoadMeter(Meter meter, long maxAge, boolean fixed) {
    this.fixed = fixed;
    this.meter = meter;
    this.maxAge = maxAge;
    ages = meter.ages();
    looks = looks();
    at = meter.now();
  }

  private Durations looks() {
    return Objects.requireNonNull(meter.stages().get(Stage.DETECT));
  }

  /** The load since the last call. What did not happen since then is taken to be as it was. */
  Balance.Load load(Effort now) {
    final long time = meter.now();
    final double rate = (meter.read.sum() - read) * SECOND / Math.max(1, time - at);
    Durations allLooks = looks();
    Durations newLooks = allLooks.since(looks);
    if (newLooks.count() > 0) {
      look = (double) newLooks.sum() / newLooks.count();
      facesALook = (double) (meter.faces.sum() - faces) / newLooks.count();
    }
    long allClassifying = Objects.requireNonNull(meter.stages().get(Stage.CLASSIFY)).sum();
    if (meter.crops.sum() > crops) {
      classify = (double) (allClassifying - classifying) / (meter.crops.sum() - crops);
    }
    if (meter.faces.sum() > faces) {
      asked = (double) (meter.crops.sum() - crops) / (meter.faces.sum() - faces);
    }
    Durations allAges = meter.ages();
    long allLost = meter.dropped(Drop.LATE);
    final boolean late = allAges.since(ages).quantile(0.99) > maxAge || allLost > lost;
    ages = allAges;
    looks = allLooks;
    read = meter.read.sum();
    crops = meter.crops.sum();
    faces = meter.faces.sum();
    classifying = allClassifying;
    lost = allLost;
    at = time;
    return new Balance.Load(now, rate, look, facesALook, classify, asked, late, fixed);
  }
}
