package dev.mien.teach;

import dev.mien.classify.GoldenMaker;
import dev.mien.convert.Quantized;
import dev.mien.dataset.Augmentation;
import dev.mien.dataset.Dataset;
import dev.mien.dataset.DatasetException;
import dev.mien.dataset.Example;
import dev.mien.detect.Detector;
import dev.mien.evaluate.Evaluation;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From a recipe and its pictures to a model folder. */
public final class Training {
  /** Is told how far the work is. */
  public interface Progress {
    /** What can be lived with but should be known, in one line. */
    void note(String line);

    /** {@code done} of {@code all} of the work of that name. */
    void step(String what, int done, int all);

    /** After an epoch. */
    void epoch(Epoch epoch);
  }

  /**
   * What came out.
   *
   * @param evaluation on the validation pictures, of the network as it was written
   * @param leftOut on folders that were left out, of the same network without them; null where none
   *     was
   */
  public record Result(
      Model model, Evaluation evaluation, Material material, @Nullable LeftOut leftOut) {}

  /** Faces that the ranges of 8 bit numbers are measured on. */
  private static final int CALIBRATION = 256;

  /** From so many pictures on a head needs one varied look at each, no more. */
  private static final int MANY = 5000;

  private final Recipe recipe;
  private final Path root;
  private final Path out;
  private final @Nullable Detector detector;
  private final BooleanSupplier stop;
  private final Progress progress;
  private @Nullable LeftOut leftOut;
  private @Nullable Model eyes;

  /**
   * A training that has not begun.
   *
   * @param root where the recipe's folders are
   * @param out the new model folder; beside it, in a folder whose name ends in {@code .training},
   *     the state is kept, and found again, until the model is written
   * @param detector that cuts the faces; null where pictures are taken whole
   * @param stop is asked often; when it says so, the best so far is written
   */
  public Training(
      Recipe recipe,
      Path root,
      Path out,
      @Nullable Detector detector,
      BooleanSupplier stop,
      Progress progress) {
    this.recipe = recipe;
    this.root = root;
    this.out = out;
    this.detector = detector;
    this.stop = stop;
    this.progress = progress;
  }

  /**
   * A network from nothing.
   *
   * @throws StoppedException if it was stopped before there was anything to keep
   */
  public Result network() throws IOException {
    Hyperparameters settings = recipe.learning();
    Material material = material();
    List<String> labels = material.training().labels();
    for (String label : settings.coverable()) {
      if (!labels.contains(label)) {
        throw new IllegalArgumentException(
            "coverable: there is no label '%s'; there are %s"
                .formatted(label, String.join(", ", labels)));
      }
    }
    Card.Input input =
        new Card.Input(
            Card.Layout.NCHW,
            settings.size(),
            settings.size(),
            recipe.color(),
            1 / 255.0,
            halves(),
            halves(),
            recipe.margin(),
            Card.Fit.GROW,
            recipe.contrast());
    Crops train;
    Crops validation;
    try (Cutting cutting = new Cutting(input, detector)) {
      train = new Crops(cutting.side(), input.color().channels());
      cutting.marked(material.training(), train::add, early("training faces", material.training()));
      validation =
          cutting.all(material.validation(), early("validation faces", material.validation()));
    }
    measurable(validation.size());
    Path state = state();
    String of =
        new String(recipe.yaml(), StandardCharsets.UTF_8)
            + "# data_sha256: %s\n".formatted(material.sha256());
    Trained trained =
        NetworkTraining.run(
            settings, input, train, validation, labels, new Checkpoint(state, of), stop, progress);
    Result result =
        finish(trained, input, material, train.side(), few(train, input), validation::each);
    delete(state);
    return result;
  }

  /**
   * A head on a frozen network.
   *
   * @param features the network: its output is the features of a face
   * @throws StoppedException if it was stopped before there was anything to keep
   */
  public Result head(Model features) throws IOException {
    Material material = material();
    List<String> labels = material.training().labels();
    eyes = features;
    Extractor source = Extractor.of(features, recipe.features());
    Card.Input input = source.input().withMargin(recipe.margin());
    source = new Extractor(source.onnx(), input);
    Trained trained;
    try (Network extractor = Network.open(features.name(), source.onnx(), Device.CPU);
        Cutting cutting = new Cutting(input, detector)) {
      HeadTraining training = new HeadTraining(extractor, source, recipe.learning(), labels);
      HeadTraining.Variation variation =
          material.training().examples().size() <= MANY
              ? HeadTraining.Variation.FEW
              : HeadTraining.Variation.RECIPE;
      try (HeadTraining.FeatureTaker train = training.new FeatureTaker(cutting.side(), variation);
          HeadTraining.FeatureTaker validation =
              training.new FeatureTaker(cutting.side(), HeadTraining.Variation.NONE)) {
        cutting.marked(material.training(), train, early("training faces", material.training()));
        cutting.each(
            material.validation(), validation, early("validation faces", material.validation()));
        measurable(validation.points().size());
        leftOut = leftOut(training, train.points(), validation.points(), material);
        trained =
            training.run(
                train.points(),
                Weighing.of(train.points(), recipe, root),
                validation.points(),
                leftOut,
                stop,
                progress::epoch);
      }
      Crops seen =
          recipe.quantize() == Recipe.Weights.INT8
              ? cutting.all(few(material.training()), n -> {})
              : new Crops(cutting.side(), input.color().channels());
      return finish(
          trained,
          input,
          material,
          cutting.side(),
          few(seen, input),
          taker ->
              cutting.each(
                  material.validation(), taker, steps("validation faces", material.validation())));
    }
  }

  private @Nullable LeftOut leftOut(
      HeadTraining training,
      List<HeadTraining.Point> train,
      List<HeadTraining.Point> validation,
      Material material) {
    if (recipe.leaveOut().isEmpty()) {
      return null;
    }
    List<HeadTraining.Point> all = new ArrayList<>(train);
    all.addAll(validation);
    AtomicInteger done = new AtomicInteger();
    return LeftOut.of(
        training,
        all,
        recipe,
        root,
        material.groups(),
        (folder, faces) -> {
          progress.step("folders left out", done.incrementAndGet(), recipe.leaveOut().size());
          return !stop.getAsBoolean();
        });
  }

  private static void measurable(int faces) throws DatasetException {
    if (faces == 0) {
      throw new DatasetException(
          "the detector finds none of the faces to measure with; --faces whole takes pictures as"
              + " they are");
    }
  }

  /** Shows the validation to somebody. */
  private interface Showing {
    void to(Cutting.Taker taker) throws IOException;
  }

  /** Some of the pictures, from all over the set. */
  private static Dataset few(Dataset dataset) {
    int every = Math.max(1, dataset.examples().size() / CALIBRATION);
    List<Example> some = new ArrayList<>();
    for (int i = 0; i < dataset.examples().size(); i += every) {
      some.add(dataset.examples().get(i));
    }
    return new Dataset(dataset.labels(), some);
  }

  /** The tensors of some of the cuts, from all over them. */
  private static List<float[]> few(Crops crops, Card.Input input) {
    List<float[]> some = new ArrayList<>();
    try (Tensors tensors = new Tensors(input, crops.side(), input.width(), Augmentation.NONE)) {
      int every = Math.max(1, crops.size() / CALIBRATION);
      for (int i = 0; i < crops.size(); i += every) {
        float[] values = new float[tensors.floats()];
        tensors.write(crops.pixels(i), new SplittableRandom(0), values, 0);
        some.add(values);
      }
    }
    return some;
  }

  /** Makes the weights as small as the recipe wants them, measures, and writes the folder. */
  private Result finish(
      Trained trained,
      Card.Input input,
      Material material,
      int rimmed,
      List<float[]> calibration,
      Showing validation)
      throws IOException {
    byte[] onnx =
        switch (recipe.quantize()) {
          case FP32 -> trained.onnx();
          case FP16 -> Quantized.fp16(trained.onnx());
          case INT8 -> Quantized.int8(trained.onnx(), calibration);
        };
    List<String> labels = material.training().labels();
    try (Network network = Network.open(name(), onnx, Device.CPU);
        Answers answers = new Answers(network, input, labels, rimmed)) {
      validation.to(answers);
      if (recipe.quantize() != Recipe.Weights.FP32) {
        tellCost(trained.onnx(), onnx, input, labels, rimmed, answers, validation);
      }
      return write(trained, onnx, network, input, answers, material);
    }
  }

  private void tellCost(
      byte[] before,
      byte[] after,
      Card.Input input,
      List<String> labels,
      int rimmed,
      Answers small,
      Showing validation)
      throws IOException {
    try (Network network = Network.open(name(), before, Device.CPU);
        Answers large = new Answers(network, input, labels, rimmed)) {
      validation.to(large);
      progress.note(
          String.format(
              Locale.ROOT,
              "%s: %.1f MB became %.1f MB, %.2f ms a face became %.2f ms, accuracy %.4f became"
                  + " %.4f",
              recipe.quantize().name().toLowerCase(Locale.ROOT),
              before.length / 1e6,
              after.length / 1e6,
              large.millis(),
              small.millis(),
              Evaluation.of(labels, large.predictions()).accuracy(),
              Evaluation.of(labels, small.predictions()).accuracy()));
    }
  }

  private List<Double> halves() {
    return java.util.Collections.nCopies(recipe.color().channels(), 0.5);
  }

  private String name() {
    return String.valueOf(out.getFileName());
  }

  private Material material() throws IOException {
    return Material.of(
        recipe,
        root,
        progress::note,
        (done, all) -> {
          progress.step("pictures read", done, all);
          goOn();
        });
  }

  /** While there is nothing to keep yet, to stop is to end. */
  private void goOn() {
    if (stop.getAsBoolean()) {
      throw new StoppedException();
    }
  }

  private IntConsumer early(String what, Dataset dataset) {
    return steps(what, dataset).andThen(n -> goOn());
  }

  private IntConsumer steps(String what, Dataset dataset) {
    int all = dataset.byPicture().size();
    return n -> progress.step(what, n, all);
  }

  private Path state() {
    return out.resolveSibling(name() + ".training");
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private Result write(
      Trained trained,
      byte[] onnx,
      Network network,
      Card.Input input,
      Answers answers,
      Material material)
      throws IOException {
    List<String> labels = material.training().labels();
    Evaluation evaluation = Evaluation.of(labels, answers.predictions());
    Card card = TrainedFolder.card(recipe, input, labels, eyes, evaluation, leftOut);
    Model model =
        TrainedFolder.write(
            out,
            card,
            labels,
            onnx,
            recipe,
            material,
            trained.history(),
            GoldenMaker.make(card, labels, network, List.of()),
            TrainingReport.html(recipe, root, name(), material, trained, evaluation, answers)
                .getBytes(StandardCharsets.UTF_8));
    return new Result(model, evaluation, material, leftOut);
  }
}
