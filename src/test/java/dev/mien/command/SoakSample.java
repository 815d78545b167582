package dev.mien.command;

import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * What the program held at one moment; memory in bytes.
 *
 * @param frames that the cameras gave until then
 * @param observed of them, those for which there was time
 * @param resident of the process, as Linux counts it
 * @param physical the same as JavaCPP counts it, without what is shared
 * @param total native memory that JavaCPP's objects hold
 * @param heap of the virtual machine, after a full collection
 * @param threads of the process, native ones too
 */
record SoakSample(
    long frames,
    long observed,
    long seconds,
    long resident,
    long physical,
    long total,
    long heap,
    long threads,
    long files,
    long reconnects,
    long swaps,
    long reloads) {
  private static final double MEGABYTE = 1 << 20;
  static final double FRAMES = 1e5;

  static final String HEAD =
      """
      | frames | observed | minutes | reconnects | model swaps | reloads | RSS, MB | physical, MB | JavaCPP's, MB | heap after GC, MB | threads | descriptors |
      |---|---|---|---|---|---|---|---|---|---|---|---|""";

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "| %d | %d | %.1f | %d | %d | %d | %.1f | %.1f | %.2f | %.1f | %d | %d |",
        frames,
        observed,
        seconds / 60.0,
        reconnects,
        swaps,
        reloads,
        resident / MEGABYTE,
        physical / MEGABYTE,
        total / MEGABYTE,
        heap / MEGABYTE,
        threads,
        files);
  }

  /** How a value grows with 100,000 frames: the line of least squares through the samples. */
  static double slope(List<SoakSample> samples, ToLongFunction<SoakSample> of) {
    double meanFrames = samples.stream().mapToLong(s -> s.frames).average().orElseThrow();
    double mean = samples.stream().mapToLong(of).average().orElseThrow();
    double product = 0;
    double square = 0;
    for (SoakSample sample : samples) {
      double away = sample.frames - meanFrames;
      product += away * (of.applyAsLong(sample) - mean);
      square += away * away;
    }
    return product / square * FRAMES;
  }
}
