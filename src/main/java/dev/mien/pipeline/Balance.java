package dev.mien.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Decides how much is done for each live source, from what was measured: first steady faces are
 * classified less often, which costs least, then who looks most often looks less often.
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
   * @param every whether every frame has to be looked at
   */
  record Load(
      Effort now,
      double rate,
      double look,
      double faces,
      double classify,
      double asked,
      boolean late,
      boolean every) {
    private double busy(int every, boolean sparing) {
      double looks = rate / every;
      double share = !sparing ? 1 : now.sparing() ? asked : Math.min(1, 2 / Math.max(looks, 1e-9));
      return looks * (look + faces * share * classify);
    }

    private int most() {
      return every ? 1 : (int) Math.max(1, rate / LEAST_LOOKS);
    }
  }

  /** What to do from now on, in the order of the sources. */
  static List<Effort> decide(List<Load> loads, int workers) {
    boolean late = loads.stream().anyMatch(Load::late);
    List<Effort> least = plan(loads, workers * SECOND * (late ? ROOMY : FULL));
    List<Effort> most = plan(loads, workers * SECOND * ROOMY);
    List<Effort> decided = new ArrayList<>();
    for (int i = 0; i < loads.size(); i++) {
      Effort now = loads.get(i).now();
      int every =
          Math.max(
              least.get(i).detectEvery(), Math.min(now.detectEvery(), most.get(i).detectEvery()));
      boolean sparing = least.get(i).sparing() || (now.sparing() && most.get(i).sparing());
      decided.add(new Effort(every, sparing));
    }
    return decided;
  }

  private static List<Effort> plan(List<Load> loads, double room) {
    int[] every = new int[loads.size()];
    Arrays.fill(every, 1);
    boolean sparing = busy(loads, every, false) > room;
    while (sparing && busy(loads, every, true) > room) {
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
    return Arrays.stream(every).mapToObj(n -> new Effort(n, sparing)).toList();
  }

  private static double busy(List<Load> loads, int[] every, boolean sparing) {
    return IntStream.range(0, every.length)
        .mapToDouble(i -> loads.get(i).busy(every[i], sparing))
        .sum();
  }
}
