package dev.mien.teach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.dataset.Augmentation;
import dev.mien.dataset.Example;
import dev.mien.model.Card;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The pictures of a pass")
class BatchesTest {
  private static final int SIDE = 32;
  private static final int BATCH = 4;
  private static final int PICTURES = 35;
  private static final List<String> LABELS = List.of("dark", "light");
  private static final Card.Input INPUT =
      new Card.Input(
          Card.Layout.NCHW,
          SIDE,
          SIDE,
          Card.Color.GRAY,
          1,
          List.of(0.0),
          List.of(1.0),
          0,
          Card.Fit.GROW);

  /** Each picture has a gray of its own. */
  private static Crops crops() {
    Crops crops = new Crops(SIDE, 1);
    for (int i = 0; i < PICTURES; i++) {
      byte[] pixels = new byte[SIDE * SIDE];
      Arrays.fill(pixels, (byte) (i + 1));
      crops.add(pixels, new Example(Path.of("picture " + i), null, i % 2));
    }
    return crops;
  }

  private static Batches batches(Augmentation augmentation, double mixup) {
    Hyperparameters settings =
        new Hyperparameters(
            SIDE, SIDE, 0, 8, 4, BATCH, 0.1, 0, 0, mixup, 0, 0, 0, 4, 1, augmentation, List.of());
    return new Batches(settings, INPUT, crops(), LABELS);
  }

  private static List<Batches.Batch> pass(Batches batches, int number) {
    List<Batches.Batch> pass = new ArrayList<>();
    batches.begin(number);
    for (int i = 0; i < PICTURES / BATCH; i++) {
      pass.add(batches.next());
    }
    return pass;
  }

  private static int[] order(List<Batches.Batch> pass) {
    return pass.stream().flatMapToInt(b -> IntStream.of(b.pictures())).toArray();
  }

  @Test
  @DisplayName("come once each, in another order each time, and are what they are said to be")
  void once() {
    try (Batches batches = batches(Augmentation.NONE, 0)) {
      List<Batches.Batch> first = pass(batches, 1);
      assertThat(order(first)).doesNotHaveDuplicates().hasSize(PICTURES / BATCH * BATCH);
      assertThat(order(pass(batches, 2))).isNotEqualTo(order(first));
      for (Batches.Batch batch : first) {
        assertThat(batch.share()).isEqualTo(1);
        for (int i = 0; i < BATCH; i++) {
          assertThat(batch.values()[i * SIDE * SIDE]).isEqualTo(batch.pictures()[i] + 1);
        }
      }
    }
  }

  @Test
  @DisplayName("are varied, and blended, the same way when a pass is begun again")
  void again() {
    try (Batches batches = batches(Augmentation.FACES, 0.4)) {
      List<Batches.Batch> first = pass(batches, 3);
      batches.begin(4);
      List<Batches.Batch> second = pass(batches, 3);
      for (int i = 0; i < first.size(); i++) {
        assertThat(second.get(i).pictures()).isEqualTo(first.get(i).pictures());
        assertThat(second.get(i).values()).isEqualTo(first.get(i).values());
        assertThat(second.get(i).share()).isEqualTo(first.get(i).share()).isBetween(0.5, 1.0);
      }
    }
  }
}
