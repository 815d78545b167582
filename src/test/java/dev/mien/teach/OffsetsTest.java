package dev.mien.teach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OffsetsTest {
  /** Labels drawn as probabilities say that do not know of an offset of label 1. */
  private static final int PICTURES = 20_000;

  @Test
  @DisplayName("a label that a network is too shy with is raised, by as much as it is too shy")
  void raisesTheShy() {
    float[][] logits = new float[PICTURES][];
    int[] truth = new int[PICTURES];
    draw(logits, truth, 0.8);
    float[] offsets = Offsets.fit(logits, Epoch.shares(truth, logits[0].length), 1);
    assertThat(offsets[1] - offsets[0]).isCloseTo(0.8f, within(0.08f));
    assertThat(offsets[2] - offsets[0]).isCloseTo(0f, within(0.08f));
  }

  @Test
  @DisplayName("a handful of pictures moves little")
  void trustsFewPicturesLittle() {
    float[] offsets =
        Offsets.fit(new float[][] {{0, 0}, {0, 0}}, Epoch.shares(new int[] {1, 1}, 2), 1);
    assertThat(offsets[1]).isBetween(0f, 0.3f);
    assertThat(offsets[0]).isEqualTo(-offsets[1]);
  }

  private static void draw(float[][] logits, int[] truth, double shyness) {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < logits.length; i++) {
      logits[i] = new float[3];
      double[] weights = new double[3];
      for (int k = 0; k < 3; k++) {
        logits[i][k] = (float) random.nextDouble(-2, 2);
        weights[k] = Math.exp(logits[i][k] + (k == 1 ? shyness : 0));
      }
      double left = random.nextDouble() * (weights[0] + weights[1] + weights[2]);
      for (int k = 0; k < 3 && left >= 0; k++) {
        truth[i] = k;
        left -= weights[k];
      }
    }
  }
}
