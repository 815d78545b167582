package dev.mien.teach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mien.dataset.Augmentation;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a network should say of a picture")
class TargetsTest {
  private static final float[] SURE_OF_B = {0, 20};

  private static Hyperparameters settings(double smoothing, double recollection, double balance) {
    return new Hyperparameters(
        32,
        32,
        0,
        8,
        4,
        8,
        0.1,
        0,
        smoothing,
        0,
        recollection,
        0,
        balance,
        4,
        1,
        Augmentation.NONE,
        List.of());
  }

  @Test
  @DisplayName("is its label, of which smoothing spreads a share")
  void label() {
    Targets targets = new Targets(settings(0.2, 0, 0), new float[][] {{1, 0}, {0, 1}}, 2);
    assertThat(targets.of(new int[] {0, 1}, 1, 0.5))
        .containsExactly(new float[] {0.9f, 0.1f, 0.1f, 0.9f}, within(1e-6f));
  }

  @Test
  @DisplayName("is what people said of it, by their shares")
  void votes() {
    Targets targets = new Targets(settings(0, 0, 0), new float[][] {{0.7f, 0.3f}, {0, 1}}, 2);
    assertThat(targets.of(new int[] {0, 1}, 1, 0.5))
        .containsExactly(new float[] {0.7f, 0.3f, 0, 1}, within(1e-6f));
  }

  @Test
  @DisplayName("weighs more where the label is rare, and the average picture 1")
  void weights() {
    Targets targets =
        new Targets(settings(0, 0, 1), new float[][] {{1, 0}, {1, 0}, {1, 0}, {0, 1}}, 2);
    float[] all = targets.of(new int[] {0, 1, 2, 3}, 1, 0);
    assertThat(all[7]).isEqualTo(3 * all[0], within(1e-6f));
    assertThat(all[0] + all[2] + all[4] + all[7]).isEqualTo(4, within(1e-6f));
  }

  @Test
  @DisplayName(
      "is the truth alone at first, and gives way to what was said itself as the training goes on")
  void givesWay() {
    Targets targets = new Targets(settings(0, 0.6, 0), new float[][] {{1, 0}}, 2);
    targets.past().add(0, SURE_OF_B, 0);
    assertThat(targets.of(new int[] {0}, 1, 0)).containsExactly(1, 0);
    assertThat(targets.of(new int[] {0}, 1, 0.5))
        .containsExactly(new float[] {0.7f, 0.3f}, within(1e-5f));
    assertThat(targets.of(new int[] {0}, 1, 1))
        .containsExactly(new float[] {0.4f, 0.6f}, within(1e-5f));
  }
}
