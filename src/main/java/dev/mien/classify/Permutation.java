package dev.mien.classify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Finds the order of the labels in which a network's answers are those that are expected. */
final class Permutation {
  private final double[][] found;
  private final double[][] expected;
  private final double tolerance;

  /** Which output stands for each label; -1 while none does. */
  private final int[] output;

  /** Which label each output stands for. */
  private final int[] label;

  private Permutation(double[][] found, double[][] expected, double tolerance) {
    this.found = found;
    this.expected = expected;
    this.tolerance = tolerance;
    int count = found[0].length;
    this.output = new int[count];
    this.label = new int[count];
    Arrays.fill(output, -1);
    Arrays.fill(label, -1);
  }

  /**
   * The labels in the order of the outputs; labels that are right where they are stay there.
   *
   * @param found a row for each picture, a number for each label
   */
  static Optional<List<String>> of(
      double[][] found, double[][] expected, double tolerance, List<String> labels) {
    Permutation matching = new Permutation(found, expected, tolerance);
    int count = labels.size();
    for (int i = 0; i < count; i++) {
      if (matching.match(i, i)) {
        matching.join(i, i);
      }
    }
    for (int i = 0; i < count; i++) {
      if (matching.output[i] < 0 && !matching.place(i, new boolean[count])) {
        return Optional.empty();
      }
    }
    List<String> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.add(labels.get(matching.label[i]));
    }
    return Optional.of(order);
  }

  /** Kuhn's augmenting path: a label takes an output, and whoever had it looks for another. */
  private boolean place(int wanted, boolean[] tried) {
    for (int i = 0; i < tried.length; i++) {
      if (!tried[i] && match(wanted, i)) {
        tried[i] = true;
        if (label[i] < 0 || place(label[i], tried)) {
          join(wanted, i);
          return true;
        }
      }
    }
    return false;
  }

  private void join(int wanted, int at) {
    output[wanted] = at;
    label[at] = wanted;
  }

  private boolean match(int wanted, int at) {
    for (int picture = 0; picture < found.length; picture++) {
      if (!(Math.abs(found[picture][at] - expected[picture][wanted]) <= tolerance)) {
        return false;
      }
    }
    return true;
  }
}
