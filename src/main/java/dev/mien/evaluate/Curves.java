package dev.mien.evaluate;

import java.util.List;
import java.util.OptionalInt;

/**
 * How a training went.
 *
 * @param epochs from the first
 */
public record Curves(List<Epoch> epochs) {
  /** Loss and accuracy (0..1) on what is learnt from, and on what is only looked at. */
  public record Epoch(
      double trainingLoss,
      double validationLoss,
      double trainingAccuracy,
      double validationAccuracy) {}

  public Curves {
    epochs = List.copyOf(epochs);
  }

  /**
   * The epoch, counted from 1, after which the validation loss only was higher; what was learnt
   * later is the examples and not the labels. Empty where the last epoch was the best.
   */
  public OptionalInt overfitting() {
    int best = 0;
    for (int i = 1; i < epochs.size(); i++) {
      if (epochs.get(i).validationLoss() < epochs.get(best).validationLoss()) {
        best = i;
      }
    }
    return best + 1 < epochs.size() ? OptionalInt.of(best + 1) : OptionalInt.empty();
  }
}
