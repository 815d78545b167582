package dev.mien.teach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mien.classify.OnnxClassifier;
import dev.mien.dataset.Augmentation;
import dev.mien.dataset.DatasetException;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real trainings of a second or two, on drawings. */
class TrainingTest {
  private static final Path MODELS = Path.of("models");

  @TempDir static Path shared = Path.of("");
  @TempDir Path folder = Path.of("");
  private static Path shapes = Path.of("");

  private final List<String> notes = new ArrayList<>();
  private final List<Epoch> epochs = new ArrayList<>();
  private final Training.Progress heard =
      new Training.Progress() {
        @Override
        public void note(String line) {
          notes.add(line);
        }

        @Override
        public void step(String what, int done, int all) {}

        @Override
        public void epoch(Epoch epoch) {
          epochs.add(epoch);
        }
      };

  @BeforeAll
  static void draw() throws IOException {
    shapes = Shapes.write(shared.resolve("shapes"), 14, 3);
  }

  private static Recipe recipe(Recipe.Kind kind, int epochs) {
    Recipe base = Recipe.of("shape");
    return base.with(
        kind,
        Recipe.Weights.FP32,
        Recipe.Faces.WHOLE,
        Card.Color.RGB,
        List.of(),
        base.learning().with(32, epochs, 8, 7));
  }

  /** A network from nothing, with these settings. */
  private Recipe recipe(String learning) throws IOException {
    String yaml = "{task: shape, network: cnn, faces: whole, learning: {seed: 7, %s}}";
    return Recipe.read(Files.writeString(folder.resolve("given.yaml"), yaml.formatted(learning)));
  }

  private Training training(Recipe recipe, Path data, Path out, BooleanSupplier stop) {
    return new Training(recipe, data, out, null, stop, heard);
  }

  private static List<Double> ask(Path modelFolder, Path picture) throws IOException {
    Model model = Model.load(modelFolder);
    try (Network network = Network.open(model.name(), model.read(Model.NETWORK), Device.CPU);
        OnnxClassifier classifier = new OnnxClassifier(model, network)) {
      double[] answer = classifier.probabilitiesOf(picture.toString(), Files.readAllBytes(picture));
      return java.util.Arrays.stream(answer).boxed().toList();
    }
  }

  @Test
  @DisplayName("a head learns shapes from 14 pictures each")
  void headLearns() throws IOException {
    Path out = folder.resolve("head");
    Training.Result result =
        training(recipe(Recipe.Kind.HEAD, 1), shapes, out, () -> false)
            .head(Model.load(MODELS.resolve("features")));

    assertThat(result.evaluation().accuracy()).isGreaterThanOrEqualTo(0.8);
    assertThat(result.model().labels()).isEqualTo(Shapes.LABELS);
    assertThat(out.resolve("report.html")).content().contains("accuracy").doesNotContain("<script");
    List<Double> answer = ask(out, shapes.resolve("cross/3.png"));
    assertThat(answer.get(Shapes.LABELS.indexOf("cross"))).isGreaterThan(0.5);
  }

  @Test
  @DisplayName("a network learns, says what it knows, and writes all that made it")
  void networkLearns() throws Exception {
    Path out = folder.resolve("net");
    Training.Result result =
        training(recipe(Recipe.Kind.CNN, 25), shapes, out, () -> false).network();

    // Processors round differently, so that its patience may end earlier on one than on another.
    assertThat(epochs).hasSizeBetween(11, 25);
    double last = epochs.get(epochs.size() - 1).trainLoss();
    assertThat(last).isLessThan(0.9 * epochs.get(0).trainLoss());
    assertThat(result.model().card().output()).isEqualTo(Card.Output.LOGITS);
    assertThat(out.resolve("training.json")).content().contains("data_sha256", "\"seed\" : 7");
    assertThat(out.resolve("recipe.yaml")).content().contains("task: \"shape\"");
    assertThat(folder.resolve("net.training")).doesNotExist();
  }

  @Test
  @DisplayName("a coverable label that is none is said before the work begins")
  void coverableIsALabel() throws Exception {
    assertThatThrownBy(
            () ->
                training(
                        recipe("size: 32, coverable: [circle, triangle]"),
                        shapes,
                        folder.resolve("net"),
                        () -> false)
                    .network())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("coverable: there is no label 'triangle'; there are ");
    assertThat(folder.resolve("net")).doesNotExist();
  }

  @Test
  @DisplayName("one seed gives one network")
  void seedMakesRunsEqual() throws Exception {
    Recipe recipe = recipe(Recipe.Kind.CNN, 2);
    Path one = folder.resolve("one");
    Path other = folder.resolve("other");
    training(recipe, shapes, one, () -> false).network();
    training(recipe, shapes, other, () -> false).network();

    assertThat(Files.readAllBytes(one.resolve(Model.NETWORK)))
        .isEqualTo(Files.readAllBytes(other.resolve(Model.NETWORK)));
  }

  @Test
  @DisplayName("a training that was cut off goes on as if nothing had happened")
  void goesOnAfterACut() throws Exception {
    Recipe recipe = recipe("size: 32, width: 8, epochs: 4, recollection: 0.8");
    Path whole = folder.resolve("whole");
    training(recipe, shapes, whole, () -> false).network();
    List<Epoch> expected = List.copyOf(epochs);
    epochs.clear();
    Path cut = folder.resolve("cut");
    Training broken =
        new Training(
            recipe,
            shapes,
            cut,
            null,
            () -> false,
            new Training.Progress() {
              @Override
              public void note(String line) {}

              @Override
              public void step(String what, int done, int all) {
                if (what.equals("epoch 3")) {
                  throw new IllegalStateException("the power went off");
                }
              }

              @Override
              public void epoch(Epoch epoch) {}
            });
    assertThatThrownBy(broken::network).hasMessage("the power went off");
    assertThat(cut).doesNotExist();
    Recipe other = recipe("size: 32, width: 8, epochs: 5, recollection: 0.8");
    assertThatThrownBy(() -> training(other, shapes, cut, () -> false).network())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cut.training is what a training of another recipe");

    training(recipe, shapes, cut, () -> false).network();

    assertThat(notes).contains("goes on after epoch 2 of 4");
    assertThat(epochs).hasSize(2);
    assertThat(epochs.get(1).validationLoss())
        .isCloseTo(expected.get(3).validationLoss(), within(1e-6));
  }

  @Test
  @DisplayName("8 bits are smaller, say what they cost, and still answer")
  void quantizes() throws Exception {
    Recipe plain = recipe(Recipe.Kind.CNN, 6);
    Recipe small =
        plain.with(
            plain.network(),
            Recipe.Weights.INT8,
            plain.faces(),
            plain.color(),
            List.of(),
            plain.learning());
    Path out = folder.resolve("int8");
    training(small, shapes, out, () -> false).network();
    Path floats = folder.resolve("fp32");
    training(plain, shapes, floats, () -> false).network();

    assertThat(notes).singleElement().asString().startsWith("int8: ").contains("accuracy");
    assertThat(Files.size(out.resolve(Model.NETWORK)))
        .isLessThan(Files.size(floats.resolve(Model.NETWORK)) / 2);
    Path picture = shapes.resolve("cross/3.png");
    List<Double> expected = ask(floats, picture);
    List<Double> found = ask(out, picture);
    for (int k = 0; k < 3; k++) {
      assertThat(found.get(k)).isCloseTo(expected.get(k), within(0.05));
    }
  }

  @Test
  @DisplayName("told to stop, it writes the best so far")
  void stopKeepsTheBest() throws Exception {
    Path out = folder.resolve("stopped");
    Training.Result result =
        training(recipe(Recipe.Kind.CNN, 500), shapes, out, () -> epochs.size() == 3).network();

    assertThat(epochs).hasSize(3);
    assertThat(Model.load(out).labels()).isEqualTo(result.model().labels());
  }

  @Test
  @DisplayName("told to stop before the first epoch is over, it writes nothing")
  void stopsWithNothing() {
    for (int patience : new int[] {0, 10, 60, 90}) {
      AtomicInteger asked = new AtomicInteger();
      Path out = folder.resolve("nothing");
      Training stopped =
          training(
              recipe(Recipe.Kind.CNN, 500), shapes, out, () -> asked.incrementAndGet() > patience);
      assertThatThrownBy(stopped::network)
          .as("after %d questions", patience)
          .isInstanceOf(StoppedException.class);
      assertThat(epochs).isEmpty();
      assertThat(out).doesNotExist();
      assertThat(folder.resolve("nothing.training")).doesNotExist();
    }
  }

  @ParameterizedTest(name = "ONNX answers as PyTorch does, to 1e-4, on 100 pictures, view {0}")
  @ValueSource(ints = {0, 26})
  @SuppressWarnings("try") // The scope works by being open.
  void onnxEqualsPyTorch(int view) throws Exception {
    Path many = Shapes.write(folder.resolve("many"), 34, 11);
    Recipe recipe = recipe("size: 32, width: 8, epochs: 1, view: " + view);
    Material material = Material.of(recipe, many, notes::add, (done, all) -> {});
    Card.Input input =
        new Card.Input(
            Card.Layout.NCHW,
            32,
            32,
            Card.Color.RGB,
            1 / 255.0,
            List.of(.5, .5, .5),
            List.of(.5, .5, .5),
            0,
            Card.Fit.GROW);
    Crops all;
    try (Cutting cutting = new Cutting(input, null)) {
      all = cutting.all(material.training().and(material.validation()), n -> {});
    }
    assertThat(all.size()).isGreaterThanOrEqualTo(100);
    double difference = 0;
    try (PointerScope scope = new PointerScope()) {
      NetworkTraining training =
          new NetworkTraining(recipe.learning(), input, all, all, Shapes.LABELS);
      Trained trained =
          training.run(new Checkpoint(folder.resolve("state"), ""), () -> false, heard);
      float[][] expected = training.logits(false);
      float[] offsets =
          Offsets.fit(training.logits(true), all.shares(3), trained.best().temperature());
      try (Network network = Network.open("written", trained.onnx(), Device.CPU);
          Tensors tensors = new Tensors(input, all.side(), 32, Augmentation.NONE)) {
        float[] values = new float[tensors.floats()];
        FloatBuffer tensor =
            ByteBuffer.allocateDirect(values.length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int i = 0; i < all.size(); i++) {
          tensors.write(all.pixels(i), new SplittableRandom(0), values, 0);
          tensor.clear().put(values).clear();
          float[] found = network.runBatch(tensor, input.shape(1))[0];
          for (int k = 0; k < 3; k++) {
            double wanted = expected[i][k] / trained.best().temperature() + offsets[k];
            difference = Math.max(difference, Math.abs(found[k] - wanted));
          }
        }
      }
    }
    assertThat(difference).isLessThan(1e-4);
  }

  @Test
  @DisplayName("the same picture under two labels is named and left out")
  void twoLabels() throws Exception {
    Path data = Shapes.write(folder.resolve("data"), 12, 5);
    Files.copy(data.resolve("cross/1.png"), data.resolve("square/copy.png"));
    Material material =
        Material.of(recipe(Recipe.Kind.HEAD, 1), data, notes::add, (done, all) -> {});

    assertThat(notes).anyMatch(n -> n.contains("copy.png") && n.contains("left out"));
    assertThat(material.training().examples().size() + material.validation().examples().size())
        .isEqualTo(35);
  }

  @Test
  @DisplayName("two labels of the same pictures are none")
  void nothingUnderOneLabel() throws Exception {
    Path data = Shapes.write(folder.resolve("data"), 12, 5);
    for (int i = 1; i <= 5; i++) {
      Files.copy(data.resolve("cross/" + i + ".png"), data.resolve("square/copy" + i + ".png"));
    }
    assertThatThrownBy(
            () -> Material.of(recipe(Recipe.Kind.HEAD, 1), data, notes::add, (done, all) -> {}))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("label 'cross' has 7 pictures that are under no other label");
  }

  @Test
  @DisplayName("pictures that all belong together leave none to measure with")
  void nothingToKeepAside() throws Exception {
    Recipe recipe = recipe("size: 32, width: 8, epochs: 2");
    Path file =
        Files.writeString(
            folder.resolve("one.yaml"), "{task: shape, faces: whole, together: ['^.*$']}");
    Recipe together = Recipe.read(file);
    assertThat(recipe.learning().dropout()).isEqualTo(Recipe.of("x").learning().dropout());
    assertThat(recipe.learning().crop()).isEqualTo(32);
    assertThat(together.margin()).isEqualTo(recipe.margin()).isEqualTo(0.1);
    assertThatThrownBy(() -> Material.of(together, shapes, notes::add, (done, all) -> {}))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("to measure with");
  }

  @Test
  @DisplayName("a recipe that cannot be read says where and why")
  void wrongRecipes() throws Exception {
    Path file = folder.resolve("wrong.yaml");
    Files.writeString(file, "task: mood\n  labels: [a\n");
    assertThatThrownBy(() -> Recipe.read(file)).hasMessageContaining("wrong.yaml, line 2: no YAML");
    Files.writeString(file, "task: Mood\n");
    assertThatThrownBy(() -> Recipe.read(file))
        .hasMessageContaining("wrong.yaml: task is a word of small");
    assertThatThrownBy(() -> Recipe.read(folder.resolve("none.yaml")))
        .hasMessageContaining("none.yaml: there is no such file");
  }

  @Test
  @DisplayName("a corrupt picture is named and skipped")
  void corrupt() throws Exception {
    Path data = Shapes.write(folder.resolve("data"), 12, 5);
    Files.write(data.resolve("cross/broken.png"), new byte[] {1, 2, 3});
    Material.of(recipe(Recipe.Kind.HEAD, 1), data, notes::add, (done, all) -> {});

    assertThat(notes).singleElement().asString().contains("broken.png");
  }

  private static Recipe measuredOn(Path validation) {
    Recipe base = recipe(Recipe.Kind.HEAD, 1);
    return base.with(
        base.network(),
        base.quantize(),
        base.faces(),
        base.color(),
        List.of(new Recipe.Folder(validation.toString(), Map.of(), 0)),
        base.learning());
  }

  @Test
  @DisplayName("copies of what is learnt from do not measure; one line names some of them")
  void copiesInTheValidation() throws Exception {
    Path others = Shapes.write(folder.resolve("others"), 12, 6);
    // One of them is saved again in another format, so that its bytes are others.
    try (Mat again = opencv_imgcodecs.imread(shapes.resolve("cross/8.png").toString())) {
      opencv_imgcodecs.imwrite(others.resolve("cross/copy8.jpg").toString(), again);
    }
    for (int i = 1; i <= 7; i++) {
      Files.copy(shapes.resolve("cross/" + i + ".png"), others.resolve("cross/copy" + i + ".png"));
    }
    Material material = Material.of(measuredOn(others), shapes, notes::add, (done, all) -> {});

    // Some of the others look like one that is learnt from, too.
    assertThat(material.validation().examples())
        .hasSizeBetween(25, 36)
        .noneMatch(e -> e.picture().toString().contains("copy"));
    assertThat(notes)
        .singleElement()
        .asString()
        .contains("copies of what is learnt from")
        .matches(".* and \\d+ more");
  }

  @Test
  @DisplayName("a validation that is learnt from is none")
  void nothingButCopies() {
    assertThatThrownBy(() -> Material.of(measuredOn(shapes), shapes, notes::add, (done, all) -> {}))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("there is no picture of 'circle' to measure with");
  }

  @Test
  @DisplayName("too few pictures are said before any work")
  void tooFew() throws Exception {
    Path data = Shapes.write(folder.resolve("data"), 4, 5);

    assertThatThrownBy(
            () ->
                training(recipe(Recipe.Kind.CNN, 1), data, folder.resolve("x"), () -> false)
                    .network())
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("has 4 pictures")
        .hasMessageContaining("10");
  }
}
