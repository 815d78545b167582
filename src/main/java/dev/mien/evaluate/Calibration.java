package dev.mien.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Whether a probability means what it says: of the answers given with 0.8, four of five should be
 * right (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
 *
 * @param ece expected calibration error: the mean distance of probability and share of right
 *     answers, weighted by the number of answers in each bin, 0..1
 * @param bins of equal width, from 0 up; bin i holds what is above i/15 and at most (i + 1)/15
 */
public record Calibration(double ece, List<Bin> bins) {
  public static final int BINS = 15;

  /**
   * Answers of about the same probability.
   *
   * @param count how many there are
   * @param confidence their mean probability; 0 where there are none
   * @param accuracy the share of them that is right; 0 where there are none
   */
  public record Bin(int count, double confidence, double accuracy) {}

  public Calibration {
    bins = List.copyOf(bins);
  }

  static Calibration of(List<Prediction> predictions) {
    return of(predictions, p -> p.right() ? 1 : 0);
  }

  /**
   * The same.
   *
   * @param truth how right an answer is, 0..1
   */
  static Calibration of(List<Prediction> predictions, ToDoubleFunction<Prediction> truth) {
    int[] count = new int[BINS];
    double[] right = new double[BINS];
    double[] sum = new double[BINS];
    for (Prediction prediction : predictions) {
      double confidence = prediction.confidence();
      int bin = Math.min(BINS - 1, Math.max(0, (int) Math.ceil(confidence * BINS) - 1));
      count[bin]++;
      sum[bin] += confidence;
      right[bin] += truth.applyAsDouble(prediction);
    }
    List<Bin> bins = new ArrayList<>();
    double ece = 0;
    for (int i = 0; i < BINS; i++) {
      int n = Math.max(1, count[i]);
      bins.add(new Bin(count[i], sum[i] / n, right[i] / n));
      ece += Math.abs(sum[i] - right[i]) / predictions.size();
    }
    return new Calibration(ece, bins);
  }
}
