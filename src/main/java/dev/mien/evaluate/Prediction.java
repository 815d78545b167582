package dev.mien.evaluate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model says of one example.
 *
 * @param truth index of the right label
 * @param probabilities one for each label; they add up to 1
 * @param people what they said, most of them the truth; null where one label is all that is known
 */
public record Prediction(int truth, List<Double> probabilities, @Nullable People people) {
  /** Of an example with one label. */
  public Prediction(int truth, List<Double> probabilities) {
    this(truth, probabilities, null);
  }

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

  /** Whether people agree on no label, so that no answer is right or wrong. */
  public boolean tied() {
    return people != null && people.tied();
  }

  public boolean right() {
    return answer() == truth;
  }
}
