package dev.mien.evaluate;

import java.util.List;

/**
 * What a model says of one example.
 *
 * @param truth index of the right label
 * @param probabilities one for each label; they add up to 1
 */
public record Prediction(int truth, List<Double> probabilities) {
  public Prediction {
    probabilities = List.copyOf(probabilities);
    if (truth < 0 || truth >= probabilities.size()) {
      throw new IllegalArgumentException(
          "truth %d of %d labels".formatted(truth, probabilities.size()));
    }
  }

  /** Index of the likeliest label; the first of equals. */
  public int answer() {
    int best = 0;
    for (int i = 1; i < probabilities.size(); i++) {
      if (probabilities.get(i) > probabilities.get(best)) {
        best = i;
      }
    }
    return best;
  }

  /** The probability of the answer. */
  public double confidence() {
    return probabilities.get(answer());
  }

  public boolean right() {
    return answer() == truth;
  }
}
