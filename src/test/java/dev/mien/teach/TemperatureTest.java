package dev.mien.teach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TemperatureTest {
  /** Labels drawn from the softmax of logits, and those logits made too large. */
  private static float[][] sure(int[] labels, double factor) {
    SplittableRandom random = new SplittableRandom(5);
    float[][] logits = new float[labels.length][3];
    for (int i = 0; i < labels.length; i++) {
      double[] weights = new double[3];
      double sum = 0;
      for (int k = 0; k < 3; k++) {
        double logit = random.nextDouble() * 4 - 2;
        logits[i][k] = (float) (logit * factor);
        weights[k] = Math.exp(logit);
        sum += weights[k];
      }
      double at = random.nextDouble() * sum;
      labels[i] = at < weights[0] ? 0 : at < weights[0] + weights[1] ? 1 : 2;
    }
    return logits;
  }

  @Test
  @DisplayName("finds by how much a network is too sure")
  void findsTheFactor() {
    int[] labels = new int[20_000];
    float[][] logits = sure(labels, 3);

    assertThat(Temperature.fit(logits, Epoch.shares(labels, 3)).value()).isCloseTo(3, within(0.15));
  }

  @Test
  @DisplayName("the loss at the best temperature is the lowest")
  void lossIsLowest() {
    int[] labels = new int[2_000];
    float[][] logits = sure(labels, 0.4);
    Temperature best = Temperature.fit(logits, Epoch.shares(labels, 3));

    assertThat(best.loss())
        .isLessThan(Temperature.loss(logits, Epoch.shares(labels, 3), best.value() * 1.2))
        .isLessThan(Temperature.loss(logits, Epoch.shares(labels, 3), best.value() / 1.2));
  }

  @Test
  @DisplayName("a handful of right answers makes nobody surer")
  void fewExamples() {
    float[][] logits = {{2, 0}, {0, 1}, {3, 1}};

    assertThat(Temperature.fit(logits, Epoch.shares(new int[] {0, 1, 0}, 2)).value())
        .isGreaterThanOrEqualTo(1);
  }
}
