package dev.mien.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Decides how often faces are looked for in each live source, from what was measured: where there
 * is too little time for all, who looks most often looks less often.
 */
final class Balance {
  /** Of the workers' time, what may be planned with: the rest keeps the waiting short. */
  private static final double FULL = 0.75;

  /** More is done again only when it fits into this, so that it does not go up and down. */
  private static final double ROOMY = 0.55;

  /** Less often than three times a second, faces that walk are lost between two looks. */
  private static final double LEAST_LOOKS = 3;

  private static final double SECOND = 1e9;

  private Balance() {}

  /**
   * What one source asks for.
   *
   * @param now what is done for it at present
   * @param rate frames a second
   * @param look nanoseconds of a worker for detection in one frame
   * @param faces that were found in a frame
   * @param classify nanoseconds of a worker for one face
   * @param asked share of the faces that was classified, 0..1
   * @param late whether its observations came later than they may
   * @param fixed whether nothing may be left out
   */
  record Load(
      Effort now,
      double rate,
      double look,
      double faces,
      double classify,
      double asked,
      boolean late,
      boolean fixed) {
    private double busy(int every) {
      return rate / every * (look + faces * asked * classify);
    }

    private int least() {
      return fixed ? 1 : Effort.AUTO.oneOf(rate);
    }

    private int most() {
      return fixed ? 1 : (int) Math.max(least(), rate / LEAST_LOOKS);
    }

    private int current() {
      return Math.max(least(), now.oneOf(rate));
    }
  }

  /** What to do from now on, in the order of the sources. */
  static List<Effort> decide(List<Load> loads, int workers) {
    boolean late = loads.stream().anyMatch(Load::late);
    int[] least = plan(loads, workers * SECOND * (late ? ROOMY : FULL));
    int[] most = plan(loads, workers * SECOND * ROOMY);
    List<Effort> decided = new ArrayList<>();
    for (int i = 0; i < loads.size(); i++) {
      Load load = loads.get(i);
      int every = Math.max(least[i], Math.min(load.current(), most[i]));
      decided.add(
          load.fixed()
              ? load.now()
              : every == load.least()
                  ? Effort.AUTO
                  : Effort.AUTO.lookingEvery(Math.round(every * SECOND / load.rate())));
    }
    return decided;
  }

  private static int[] plan(List<Load> loads, double room) {
    int[] every = loads.stream().mapToInt(Load::least).toArray();
    while (busy(loads, every) > room) {
      Optional<Integer> next =
          IntStream.range(0, every.length)
              .filter(i -> every[i] < loads.get(i).most())
              .boxed()
              .max(Comparator.comparingDouble(i -> loads.get(i).rate() / every[i]));
      if (next.isEmpty()) {
        break;
      }
      every[next.get()]++;
    }
    return every;
  }

  private static double busy(List<Load> loads, int[] every) {
    return IntStream.range(0, every.length).mapToDouble(i -> loads.get(i).busy(every[i])).sum();
  }
}
