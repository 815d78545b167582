package dev.mien.teach;

import java.util.Arrays;

/**
 * What one pass over the pictures brought.
 *
 * @param number from 1
 * @param trainLoss mean over the pictures as they were learnt from, in nats
 * @param trainAccuracy on the pictures as they were learnt from, 0..1
 * @param validationLoss at the best temperature, in nats: what a calibrated model would have
 * @param validationAccuracy 0..1
 * @param balancedAccuracy mean recall of the labels on the validation pictures, 0..1
 * @param temperature that gives the validation loss
 */
public record Epoch(
    int number,
    double trainLoss,
    double trainAccuracy,
    double validationLoss,
    double validationAccuracy,
    double balancedAccuracy,
    double temperature) {
  /** Measures the validation. */
  static Epoch of(
      int number, double trainLoss, double trainAccuracy, float[][] logits, float[][] shares) {
    Temperature temperature = Temperature.fit(logits, shares);
    int[] truth = Arrays.stream(shares).mapToInt(Epoch::argmax).toArray();
    int labels = logits[0].length;
    int[] seen = new int[labels];
    int[] right = new int[labels];
    for (int i = 0; i < truth.length; i++) {
      seen[truth[i]]++;
      right[truth[i]] += argmax(logits[i]) == truth[i] ? 1 : 0;
    }
    double recall = 0;
    int present = 0;
    int all = 0;
    for (int k = 0; k < labels; k++) {
      recall += seen[k] == 0 ? 0 : (double) right[k] / seen[k];
      present += seen[k] == 0 ? 0 : 1;
      all += right[k];
    }
    return new Epoch(
        number,
        trainLoss,
        trainAccuracy,
        temperature.loss(),
        all / (double) truth.length,
        recall / present,
        temperature.value());
  }

  /** The shares of labels, of which each is all that is known of its picture. */
  static float[][] shares(int[] truth, int labels) {
    float[][] shares = new float[truth.length][labels];
    for (int i = 0; i < truth.length; i++) {
      shares[i][truth[i]] = 1;
    }
    return shares;
  }

  /** The share of rows whose largest number is the truth's. */
  static double accuracy(float[][] logits, int[] truth) {
    int right = 0;
    for (int i = 0; i < truth.length; i++) {
      right += argmax(logits[i]) == truth[i] ? 1 : 0;
    }
    return right / (double) truth.length;
  }

  private static int argmax(float[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      best = row[i] > row[best] ? i : best;
    }
    return best;
  }
}
