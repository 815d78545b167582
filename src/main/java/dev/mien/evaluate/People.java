package dev.mien.evaluate;

import java.util.Collections;
import java.util.List;

/**
 * What several people said of one example.
 *
 * @param shares of them that named each label; they add up to 1
 * @param agreement how often two of them, drawn at random, agree, 0..1
 */
public record People(List<Double> shares, double agreement) {
  public People {
    shares = List.copyOf(shares);
  }

  /** Whether two labels or more got the most votes. */
  boolean tied() {
    double most = Collections.max(shares);
    return shares.stream().filter(s -> s == most).count() > 1;
  }
}
