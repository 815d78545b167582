package dev.mien.teach;

import java.util.Arrays;

/**
 * What is added to the logits of each label so that, over the validation, a label is expected as
 * often as it is there (Alexandari, Kundaje and Shrikumar, "Maximum Likelihood with Bias-Corrected
 * Calibration is Hard-To-Beat at Label Shift Adaptation", 2020). A network that weighed its labels,
 * smoothed them or stopped early is too shy with some of them.
 */
final class Offsets {
  /** Offsets are taken to be about so large, in nats, until many pictures say otherwise. */
  private static final double USUAL = 0.5;

  private static final int STEPS = 200;
  private static final double DAMPING = 0.5;

  private Offsets() {}

  /**
   * The likeliest offsets.
   *
   * @param logits a row for each picture
   * @param truth the share of each label of each picture
   * @param temperature that the logits are divided by first
   */
  static float[] fit(float[][] logits, float[][] truth, double temperature) {
    int labels = logits[0].length;
    double[] offsets = new double[labels];
    for (int step = 0; step < STEPS; step++) {
      double[] slope = new double[labels];
      double[] curve = new double[labels];
      for (int i = 0; i < truth.length; i++) {
        double[] p = probabilities(logits[i], temperature, offsets);
        for (int k = 0; k < labels; k++) {
          slope[k] += p[k] - truth[i][k];
          curve[k] += p[k] * (1 - p[k]);
        }
      }
      for (int k = 0; k < labels; k++) {
        double prior = 1 / (USUAL * USUAL);
        offsets[k] -= DAMPING * (slope[k] + prior * offsets[k]) / (curve[k] + prior);
      }
    }
    float[] result = new float[labels];
    for (int k = 0; k < labels; k++) {
      result[k] = (float) offsets[k];
    }
    return result;
  }

  private static double[] probabilities(float[] row, double temperature, double[] offsets) {
    double[] p = new double[row.length];
    double max = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < p.length; k++) {
      p[k] = row[k] / temperature + offsets[k];
      max = Math.max(max, p[k]);
    }
    for (int k = 0; k < p.length; k++) {
      p[k] = Math.exp(p[k] - max);
    }
    double sum = Arrays.stream(p).sum();
    for (int k = 0; k < p.length; k++) {
      p[k] /= sum;
    }
    return p;
  }
}
