package dev.mien.dataset;

import java.util.Collections;
import java.util.List;

/**
 * What several people said of one face.
 *
 * @param people how many named a label
 * @param shares of them that named each, in the order of the dataset's labels; they add up to 1
 */
public record Votes(int people, List<Double> shares) {
  public Votes {
    shares = List.copyOf(shares);
  }

  /** Whether two labels or more got the most votes, so that there is no majority. */
  public boolean tied() {
    double most = Collections.max(shares);
    return shares.stream().filter(s -> s == most).count() > 1;
  }

  /** How often two of them, drawn at random, agree, 0..1; 1 where there are not two. */
  public double agreement() {
    double squares = shares.stream().mapToDouble(s -> s * s).sum();
    return people < 2 ? 1 : (people * squares - 1) / (people - 1);
  }

  /** The same in another order of labels. */
  Votes ordered(List<String> from, List<String> to) {
    return new Votes(
        people,
        to.stream().map(l -> from.contains(l) ? shares.get(from.indexOf(l)) : 0.0).toList());
  }
}
