package dev.mien.teach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A regression against what is known of its solution. */
class SoftmaxRegressionTest {
  private static final int LABELS = 3;

  private final List<float[]> rows = new ArrayList<>();
  private int[] truth = {};

  /** Three clouds in the plane, and numbers that say nothing. */
  private void clouds(int each, int noise, double far) {
    SplittableRandom random = new SplittableRandom(4);
    truth = new int[LABELS * each];
    for (int i = 0; i < truth.length; i++) {
      truth[i] = i % LABELS;
      float[] row = new float[2 + noise];
      double angle = 2 * Math.PI * truth[i] / LABELS;
      row[0] = (float) (far * Math.cos(angle) + random.nextDouble(-1, 1));
      row[1] = (float) (100 * (far * Math.sin(angle) + random.nextDouble(-1, 1)));
      for (int n = 2; n < row.length; n++) {
        row[n] = (float) random.nextDouble(-1, 1);
      }
      rows.add(row);
    }
  }

  private SoftmaxRegression regression(double... weights) {
    double[] all = new double[truth.length];
    Arrays.setAll(all, i -> weights.length == 0 ? 1 : weights[truth[i]]);
    return new SoftmaxRegression(rows, truth, all, LABELS);
  }

  private double accuracy(SoftmaxRegression.Head head) {
    int right = 0;
    for (int i = 0; i < truth.length; i++) {
      float[] logits = head.logits(rows.get(i));
      int best = 0;
      for (int k = 1; k < LABELS; k++) {
        best = logits[k] > logits[best] ? k : best;
      }
      right += best == truth[i] ? 1 : 0;
    }
    return right / (double) truth.length;
  }

  @Test
  @DisplayName("clouds of one number are told apart, whatever its unit")
  void separates() {
    clouds(200, 20, 2);

    assertThat(accuracy(regression().learn(0.001, 100))).isGreaterThan(0.97);
  }

  @Test
  @DisplayName(
      "at the solution the slope of the loss is nought: its mean probabilities are the labels'")
  void biasesMatchTheLabels() {
    clouds(150, 5, 0.5);
    SoftmaxRegression.Head head = regression().learn(0.01, 200);

    double[] expected = new double[LABELS];
    for (float[] row : rows) {
      float[] logits = head.logits(row);
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit);
      }
      for (int k = 0; k < LABELS; k++) {
        expected[k] += Math.exp(logits[k]) / sum / rows.size();
      }
    }
    assertThat(expected).containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(1e-3));
  }

  @Test
  @DisplayName("a number that differs in one example of many is not learnt by heart")
  void rareNumbersStaySmall() {
    clouds(100, 30, 0.3);
    rows.forEach(row -> row[5] = 0);
    rows.get(7)[5] = 0.001f;
    SoftmaxRegression.Head head = regression().learn(0.003, 100);

    for (float[] weights : head.weights()) {
      assertThat(Math.abs(weights[5])).isLessThan(1);
    }
  }

  @Test
  @DisplayName("more decay makes smaller weights, and a heavier label is answered more often")
  void decayAndWeights() {
    clouds(100, 10, 0.4);
    double loose = size(regression().learn(0.001, 100));
    double tight = size(regression().learn(0.1, 100));
    assertThat(tight).isLessThan(0.5 * loose);

    SoftmaxRegression.Head even = regression().learn(0.01, 100);
    SoftmaxRegression.Head heavy = regression(5, 1, 1).learn(0.01, 100);
    assertThat(answers(heavy)).isGreaterThan(answers(even) + 10);
  }

  private long answers(SoftmaxRegression.Head head) {
    return rows.stream().map(head::logits).filter(l -> l[0] > Math.max(l[1], l[2])).count();
  }

  private static double size(SoftmaxRegression.Head head) {
    double sum = 0;
    for (float[] weights : head.weights()) {
      for (float weight : weights) {
        sum += weight * weight;
      }
    }
    return sum;
  }
}
