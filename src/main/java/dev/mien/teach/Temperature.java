package dev.mien.teach;

/**
 * The temperature that logits are divided by so that their probabilities are neither too sure nor
 * too shy (Guo et al., "On Calibration of Modern Neural Networks", 2017).
 *
 * @param value more than 0; 1 changes nothing
 * @param loss the mean negative log-likelihood that it reaches, in nats
 */
record Temperature(double value, double loss) {
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;
  private static final double LOWEST = Math.log(0.05);
  private static final double HIGHEST = Math.log(20);
  private static final int STEPS = 40;

  /** Fewer examples may make a network look too shy by luck, but not surer than it is. */
  private static final int ENOUGH = 100;

  /** The best one, by golden-section search: the loss has one minimum over its logarithm. */
  static Temperature fit(float[][] logits, float[][] truth) {
    double low = truth.length < ENOUGH ? 0 : LOWEST;
    double high = HIGHEST;
    for (int i = 0; i < STEPS; i++) {
      double left = high - GOLDEN * (high - low);
      double right = low + GOLDEN * (high - low);
      if (loss(logits, truth, Math.exp(left)) < loss(logits, truth, Math.exp(right))) {
        high = right;
      } else {
        low = left;
      }
    }
    double best = Math.exp((low + high) / 2);
    return new Temperature(best, loss(logits, truth, best));
  }

  /** The mean cross-entropy against the shares of the labels, in nats. */
  static double loss(float[][] logits, float[][] truth, double temperature) {
    double total = 0;
    for (int i = 0; i < truth.length; i++) {
      double max = Double.NEGATIVE_INFINITY;
      for (float logit : logits[i]) {
        max = Math.max(max, logit / temperature);
      }
      double sum = 0;
      for (float logit : logits[i]) {
        sum += Math.exp(logit / temperature - max);
      }
      total += Math.log(sum) + max;
      for (int k = 0; k < logits[i].length; k++) {
        total -= truth[i][k] * logits[i][k] / temperature;
      }
    }
    return total / Math.max(1, truth.length);
  }
}
