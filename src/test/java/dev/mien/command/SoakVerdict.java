package dev.mien.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** Prints the table of docs/soak.md, and says whether what it shows is flat. */
final class SoakVerdict {
  /** With this many frames come 500 reconnects, 200 changes of models and 100 reloads. */
  private static final double MILLION = 1e6;

  private static final int SAMPLES = 26;
  private static final double MEGABYTE = 1 << 20;

  /** What comes before it, a fifth, is warming up. */
  private static final double WARM = 0.2;

  private static final List<Bound> BOUNDS =
      List.of(
          new Bound("RSS, MB", SoakSample::resident, MEGABYTE, 4, 64),
          new Bound("JavaCPP's, MB", SoakSample::total, MEGABYTE, 0.5, 2),
          new Bound("heap after GC, MB", SoakSample::heap, MEGABYTE, 0.5, 12),
          new Bound("threads", SoakSample::threads, 1, 0.5, 3),
          new Bound("descriptors", SoakSample::files, 1, 0.5, 3));

  private SoakVerdict() {}

  /**
   * How much of something may be added.
   *
   * @param most with 100,000 frames and all that comes with them
   * @param shortly in a run of some thousand frames, most of which is a program that warms up; what
   *     each frame or each change of models leaves behind is more
   */
  private record Bound(
      String words, ToLongFunction<SoakSample> of, double unit, double most, double shortly) {
    private double slope(List<SoakSample> samples) {
      return SoakSample.slope(samples, of) / unit;
    }

    private String found(double slope, double allowed) {
      return slope <= allowed
          ? ""
          : String.format(
              Locale.ROOT,
              "%s: %.2f more with 100,000 frames, expected at most %.2f",
              words,
              slope,
              allowed);
    }
  }

  /** What grows, in words; empty if nothing does. */
  static List<String> growing(List<SoakSample> samples) {
    return BOUNDS.stream()
        .map(b -> b.found(b.slope(samples), b.most))
        .filter(w -> !w.isEmpty())
        .toList();
  }

  /** What grew in a short run by more than warming up explains, in words. */
  static List<String> grown(List<SoakSample> samples) {
    double frames = samples.get(samples.size() - 1).frames() - samples.get(0).frames();
    return BOUNDS.stream()
        .map(b -> b.found(b.slope(samples), b.shortly * SoakSample.FRAMES / frames))
        .filter(w -> !w.isEmpty())
        .toList();
  }

  private static void print(SoakSample sample) {
    System.out.println(sample);
  }

  static List<SoakSample> warm(List<SoakSample> samples) {
    return samples.subList((int) Math.ceil(WARM * (samples.size() - 1)), samples.size());
  }

  /** The arguments are frames, 1,000,000, and frames a second of each of five small cameras, 60. */
  public static void main(String[] arguments) throws Exception {
    long frames = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
    int rate = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 60;
    Path folder = Files.createTempDirectory("mien-soak");
    List<SoakSample> samples;
    System.out.println(SoakSample.HEAD);
    double share = frames / MILLION;
    Soak.Plan plan =
        new Soak.Plan(
            frames,
            rate,
            (int) Math.ceil(500 * share),
            (int) Math.ceil(200 * share),
            (int) Math.ceil(100 * share),
            SAMPLES);
    try (Soak soak = new Soak(folder, plan, SoakVerdict::print, Soak.AS_LAUNCHED)) {
      samples = soak.run();
    } finally {
      Soak.delete(folder);
    }
    List<SoakSample> warm = warm(samples);
    System.out.println();
    for (Bound bound : BOUNDS) {
      System.out.printf(
          Locale.ROOT,
          "%s: %+.3f with 100,000 frames (at most %+.1f)%n",
          bound.words,
          bound.slope(warm),
          bound.most);
    }
    List<String> growing = growing(warm);
    growing.forEach(System.out::println);
    System.exit(growing.isEmpty() ? 0 : 1);
  }
}
