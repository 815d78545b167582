package dev.mien.teach;

import java.util.Arrays;

/**
 * What a network should say of each picture: what people said of it, smoothed and weighed, giving
 * way to what the network said itself in the epochs before.
 */
final class Targets {
  private final Hyperparameters settings;
  private final float[][] truth;
  private final int labels;
  private final float[] weights;
  private final TemporalEnsemble past;

  /**
   * @param truth the share of each label of each picture
   */
  Targets(Hyperparameters settings, float[][] truth, int labels) {
    this.settings = settings;
    this.truth = truth.clone();
    this.labels = labels;
    this.weights = weights(truth, labels, settings.balance());
    this.past = new TemporalEnsemble(truth.length, labels);
  }

  /** What the network said in the epochs before. */
  TemporalEnsemble past() {
    return past;
  }

  /**
   * The targets of a batch, a row of labels each; a row sums to its picture's weight.
   *
   * @param share of each picture in a blend with its partner, from the other end; 1 for none
   * @param done the share of the whole training that is behind, 0..1
   */
  float[] of(int[] pictures, double share, double done) {
    float[] targets = new float[pictures.length * labels];
    for (int i = 0; i < pictures.length; i++) {
      float[] own = truth[pictures[i]];
      float[] partner = truth[pictures[pictures.length - 1 - i]];
      Arrays.fill(targets, i * labels, (i + 1) * labels, (float) (settings.smoothing() / labels));
      double weight = 0;
      for (int k = 0; k < labels; k++) {
        double shown = share * own[k] + (1 - share) * partner[k];
        targets[i * labels + k] += (float) (shown * (1 - settings.smoothing()));
        weight += shown * weights[k];
      }
      past.blend(pictures[i], targets, i, (float) (settings.recollection() * done));
      for (int k = 0; k < labels; k++) {
        targets[i * labels + k] *= (float) weight;
      }
    }
    return targets;
  }

  /** Each label's weight: the average picture weighs 1. */
  private static float[] weights(float[][] truth, int labels, double balance) {
    double[] weights = new double[labels];
    double[] seen = new double[labels];
    for (float[] shares : truth) {
      for (int k = 0; k < labels; k++) {
        seen[k] += shares[k];
      }
    }
    double total = 0;
    for (int k = 0; k < labels; k++) {
      weights[k] = Math.pow(truth.length / (double) labels / Math.max(1, seen[k]), balance);
      total += weights[k] * seen[k];
    }
    float[] scaled = new float[labels];
    for (int k = 0; k < labels; k++) {
      scaled[k] = (float) (weights[k] * truth.length / total);
    }
    return scaled;
  }
}
