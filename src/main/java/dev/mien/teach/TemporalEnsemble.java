package dev.mien.teach;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a network said of each picture in the epochs before, averaged so that the newest counts most
 * (Laine and Aila, "Temporal Ensembling for Semi-Supervised Learning", 2017). As the epochs pass,
 * it takes over a growing share of the truth (Kim et al., "Self-Knowledge Distillation with
 * Progressive Refinement of Targets", 2021): labels that people do not agree on become less of a
 * command, and the network learns from its own past without a second network.
 */
final class TemporalEnsemble {
  /** The weight of the past against the newest answer. */
  private static final float PAST = 0.7f;

  private final float[] probabilities;
  private final int labels;

  /** Nothing has been said yet. */
  TemporalEnsemble(int pictures, int labels) {
    this.probabilities = new float[pictures * labels];
    this.labels = labels;
  }

  /** Takes a row of logits that was said of a picture. */
  void add(int picture, float[] logits, int row) {
    int from = picture * labels;
    float past = probabilities[from] == 0 ? 0 : PAST; // A softmax is never quite 0.
    float max = Float.NEGATIVE_INFINITY;
    for (int k = 0; k < labels; k++) {
      max = Math.max(max, logits[row * labels + k]);
    }
    double[] said = new double[labels];
    for (int k = 0; k < labels; k++) {
      said[k] = Math.exp(Math.max(-30, logits[row * labels + k] - max));
    }
    double sum = Arrays.stream(said).sum();
    for (int k = 0; k < labels; k++) {
      probabilities[from + k] =
          past * probabilities[from + k] + (1 - past) * (float) (said[k] / sum);
    }
  }

  /** Lets a row of targets, which sums to 1, give way by that share; none if nothing was said. */
  void blend(int picture, float[] targets, int row, float share) {
    int from = picture * labels;
    if (probabilities[from] == 0) {
      return;
    }
    for (int k = 0; k < labels; k++) {
      int at = row * labels + k;
      targets[at] = (1 - share) * targets[at] + share * probabilities[from + k];
    }
  }

  byte[] bytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(probabilities.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(probabilities);
    return bytes.array();
  }

  /**
   * Takes over what {@link #bytes} gave.
   *
   * @throws IllegalArgumentException if it is of other pictures or labels
   */
  void restore(byte[] bytes) {
    if (bytes.length != probabilities.length * Float.BYTES) {
      throw new IllegalArgumentException(
          "the training that was stopped had other pictures or labels; remove its folder");
    }
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(probabilities);
  }
}
