package dev.mien.teach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a network said of a picture before")
class TemporalEnsembleTest {
  private static final float[] SURE_OF_B = {0, 0, 20, 0};

  @Test
  @DisplayName("is nothing in the first epoch: the truth stands")
  void nothingSaidYet() {
    float[] targets = {1, 0};
    new TemporalEnsemble(3, 2).blend(2, targets, 0, 0.5f);
    assertThat(targets).containsExactly(1, 0);
  }

  @Test
  @DisplayName("takes its share of the truth of that picture, and of no other")
  void blends() {
    TemporalEnsemble said = new TemporalEnsemble(3, 4);
    said.add(1, SURE_OF_B, 0);
    float[] targets = {0, 1, 0, 0, 0, 1, 0, 0};
    said.blend(1, targets, 0, 0.25f);
    said.blend(0, targets, 1, 0.25f);
    assertThat(targets)
        .containsExactly(new float[] {0, 0.75f, 0.25f, 0, 0, 1, 0, 0}, within(1e-3f));
  }

  @Test
  @DisplayName("counts less the longer it is ago")
  void forgets() {
    TemporalEnsemble said = new TemporalEnsemble(1, 4);
    said.add(0, SURE_OF_B, 0);
    said.add(0, new float[] {0, 0, 0, 0, 20, 0, 0, 0}, 1);
    float[] targets = new float[4];
    said.blend(0, targets, 0, 1);
    assertThat(targets).containsExactly(new float[] {0.3f, 0, 0.7f, 0}, within(1e-3f));
  }

  @Test
  @DisplayName("outlives a stop, but not a change of the pictures")
  void restores() {
    TemporalEnsemble said = new TemporalEnsemble(1, 4);
    said.add(0, SURE_OF_B, 0);
    TemporalEnsemble again = new TemporalEnsemble(1, 4);
    again.restore(said.bytes());
    assertThat(again.bytes()).isEqualTo(said.bytes());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TemporalEnsemble(2, 4).restore(said.bytes()));
  }
}
