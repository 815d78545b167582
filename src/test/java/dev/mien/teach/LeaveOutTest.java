package dev.mien.teach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.evaluate.Evaluation;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that are left out of a training, and heads on an early layer. */
class LeaveOutTest {
  private static final Path FEATURES = Path.of("models/features");
  private static final String LAYER = "conv_pw_8_relu/clip_by_value";

  @TempDir Path folder = Path.of("");
  private final List<String> notes = new ArrayList<>();

  private Training.Result train(String more) throws IOException {
    String yaml =
        """
        task: shape
        faces: whole
        data: [{folder: one}, {folder: two}, {folder: three}]
        features: {layer: %s, size: 64, rows: 2, columns: 2}
        """
            .formatted(LAYER);
    Recipe recipe = Recipe.read(Files.writeString(folder.resolve("recipe.yaml"), yaml + more));
    Training training =
        new Training(
            recipe,
            folder,
            folder.resolve("out"),
            null,
            () -> false,
            new Training.Progress() {
              @Override
              public void note(String line) {
                notes.add(line);
              }

              @Override
              public void step(String what, int done, int all) {}

              @Override
              public void epoch(Epoch epoch) {}
            });
    return training.head(Model.load(FEATURES));
  }

  private void draw() throws IOException {
    Shapes.write(folder.resolve("one"), 14, 3);
    Shapes.write(folder.resolve("two"), 14, 4);
    Shapes.write(folder.resolve("three"), 14, 5);
  }

  @Test
  @DisplayName("each folder is measured by a head that has not seen it, and the card says so")
  void leavesOut() throws Exception {
    draw();
    // A copy of what is learnt from would measure nothing.
    Path copied = folder.resolve("two/" + Shapes.LABELS.get(0) + "/copy.png");
    Files.copy(folder.resolve("one/" + Shapes.LABELS.get(0) + "/1.png"), copied);
    Training.Result result =
        train("leave_out: [one, [two, three]]\nrisk: 0.2\nunknown_when: {smaller_than: 12}\n");

    Map<String, Evaluation> left = Objects.requireNonNull(result.leftOut()).byFolder(Shapes.LABELS);
    assertThat(left).containsOnlyKeys("one", "two and three");
    // Drawn shapes resemble each other, so that more than the one copy may be left out.
    int one = Objects.requireNonNull(left.get("one")).n();
    Evaluation both = Objects.requireNonNull(left.get("two and three"));
    int others = both.n();
    assertThat(one).isBetween(20, 41);
    assertThat(others).isBetween(40, 84);
    assertThat(both.balancedAccuracy()).isGreaterThan(0.8);
    Card card = Model.load(folder.resolve("out")).card();
    assertThat(card.scores())
        .extracting(Card.Score::data)
        .contains(
            "one left out, %d faces".formatted(one),
            "each folder left out once, %d faces".formatted(one + others));
    assertThat(card.scores())
        .extracting(Card.Score::measure)
        .contains("confidence from which 20 % are wrong");
    assertThat(card.licence()).as("the features are part of it").isEqualTo("unknown AND MIT");
    assertThat(card.unknownWhen()).isEqualTo(new Card.UnknownWhen(Map.of(), 0, 12, 0));
    assertThat(card.input()).extracting(Card.Input::width).isEqualTo(64);
  }

  @Test
  @DisplayName("what cannot be left out, and a layer that is none, are named")
  void refuses() throws Exception {
    draw();
    assertThatThrownBy(() -> train("leave_out: [four]\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("leave_out: 'four' is not among the folders of data");
    assertThatThrownBy(() -> train("network: cnn\nleave_out: [one]\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("leave_out is for network: head");
    String yaml = "task: shape\nfaces: whole\nfeatures: {layer: %s, size: 64, rows: %d}\n";
    for (Object[] bad : new Object[][] {{"nowhere", 1}, {LAYER, 3}}) {
      Recipe recipe =
          Recipe.read(Files.writeString(folder.resolve("bad.yaml"), yaml.formatted(bad)));
      assertThatThrownBy(() -> Extractor.of(Model.load(FEATURES), recipe.features()))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("layer '" + bad[0] + "'");
    }
  }
}
