package dev.mien.command;

import dev.mien.detect.Detector;
import dev.mien.detect.Detectors;
import dev.mien.evaluate.Evaluation;
import dev.mien.model.Card;
import dev.mien.teach.Epoch;
import dev.mien.teach.Hyperparameters;
import dev.mien.teach.LeftOut;
import dev.mien.teach.Recipe;
import dev.mien.teach.StoppedException;
import dev.mien.teach.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A folder of labelled pictures becomes a model. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Makes a model of a folder of pictures: one folder inside it for each label, 10 pictures"
            + " each or more.")
final class TrainCommand implements Callable<Integer> {
  /** The score that a training is judged by may cost time, or not. */
  enum Goal {
    ACCURACY,
    SPEED
  }

  /** What is trained. */
  enum Kind {
    HEAD,
    CNN
  }

  @Parameters(paramLabel = "DIR", description = "The labelled pictures.")
  Path folder;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "The new model folder, for example models/mine.")
  Path out;

  @Option(
      names = "--network",
      paramLabel = "KIND",
      description =
          "head: features of a network that knows faces, and a classifier on them, in seconds to"
              + " minutes; cnn: a network from nothing, which wants thousands of pictures and an"
              + " hour (default: head).")
  @Nullable Kind network;

  @Option(
      names = "--faces",
      paramLabel = "HOW",
      description =
          "detect: the face that the detector finds in a picture; whole: the picture is the crop"
              + " (default: detect).")
  Recipe.@Nullable Faces faces;

  @Option(
      names = "--val",
      paramLabel = "DIR2",
      description =
          "Labelled pictures that only measure (default: a share of DIR, no copies on both sides).")
  @Nullable Path validation;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Width and height of the input of a cnn (default: 64).")
  int size;

  @Option(
      names = "--color",
      paramLabel = "COLOR",
      description = "gray or rgb, for a cnn (default: rgb).")
  Card.@Nullable Color color;

  @Option(
      names = "--goal",
      paramLabel = "GOAL",
      description = "accuracy or speed, for a cnn: speed takes a narrower network.")
  @Nullable Goal goal;

  @Option(names = "--epochs", paramLabel = "N", description = "At most so many, for a cnn.")
  int epochs;

  @Option(
      names = "--quantize",
      paramLabel = "BITS",
      description = "fp16 or int8: smaller weights; what that costs and gains is said.")
  Recipe.@Nullable Weights quantize;

  @Option(names = "--seed", paramLabel = "N", description = "Two runs with one seed are equal.")
  @Nullable Long seed;

  @Option(
      names = "--recipe",
      paramLabel = "FILE",
      description =
          "All of the above and more (docs/training.md); its folders are looked for in DIR, and"
              + " flags that are given win over it.")
  @Nullable Path recipeFile;

  @Option(
      names = "--detector",
      paramLabel = "MODEL",
      defaultValue = "yunet",
      description = "Model that finds the faces, by name or folder (default: yunet).")
  String detectorName;

  /** As in the live path: what a track can go on with. */
  private static final double LEAST = 0.6;

  private final AtomicBoolean stopped = new AtomicBoolean();

  @Override
  public Integer call() throws IOException {
    Recipe recipe = recipe();
    checkOut();
    Signals signals = new Signals(() -> stopped.set(true));
    Training.Result result;
    try (@Nullable Detector detector =
        recipe.faces() == Recipe.Faces.DETECT
            ? Detectors.open(Trial.find(detectorName), LEAST)
            : null) {
      Training training = new Training(recipe, folder, out, detector, stopped::get, new Told());
      result =
          recipe.network() == Recipe.Kind.CNN
              ? training.network()
              : training.head(Trial.find(recipe.features().model()));
    } catch (StoppedException e) {
      System.err.println("mien: " + Printable.line(String.valueOf(e.getMessage())));
      return signals.status(Status.FAILED);
    }
    Evaluation evaluation = result.evaluation();
    System.out.printf(
        Locale.ROOT,
        "%s: accuracy %.3f, balanced %.3f on %d faces that it did not learn from%n",
        out,
        evaluation.accuracy(),
        evaluation.balancedAccuracy(),
        evaluation.n());
    evaluation
        .byLabel()
        .forEach(
            s ->
                System.out.printf(
                    Locale.ROOT,
                    "  %-16s precision %.3f, recall %.3f, of %d%n",
                    s.label(),
                    s.precision(),
                    s.recall(),
                    s.examples()));
    print(result);
    System.out.printf("  report           %s%n", out.resolve("report.html"));
    System.out.printf("  use it           ./mien watch --source 0 --classify %s%n", out);
    return signals.status(Status.DONE);
  }

  /** What it is worth on folders of which nothing was learnt from. */
  private static void print(Training.Result result) {
    LeftOut leftOut = result.leftOut();
    if (leftOut == null) {
      return;
    }
    List<String> labels = result.model().labels();
    System.out.println("  left out of the training, one at a time:");
    Map<String, Evaluation> rows = new LinkedHashMap<>(leftOut.byFolder(labels));
    rows.put("all of these", Evaluation.of(labels, leftOut.all()));
    rows.forEach(
        (folder, said) ->
            System.out.printf(
                Locale.ROOT,
                "    %-32s %5d faces, balanced %.3f%s%n",
                folder,
                said.n(),
                said.balancedAccuracy(),
                said.byLabel().stream()
                    .filter(s -> s.examples() > 0)
                    .map(
                        s ->
                            String.format(
                                Locale.ROOT,
                                "; %s recall %.3f, precision %.3f",
                                s.label(),
                                s.recall(),
                                s.precision()))
                    .collect(Collectors.joining())));
  }

  private Recipe recipe() throws IOException {
    Recipe base =
        recipeFile == null ? Recipe.of(task(String.valueOf(out.getFileName()))) : read(recipeFile);
    Hyperparameters learning = base.learning();
    return base.with(
        network == null ? base.network() : Recipe.Kind.valueOf(network.name()),
        quantize == null ? base.quantize() : quantize,
        faces == null ? base.faces() : faces,
        color == null ? base.color() : color,
        validation == null
            ? base.validation()
            : List.of(new Recipe.Folder(validation.toAbsolutePath().toString(), Map.of(), 0)),
        learning.with(
            size == 0 ? learning.size() : size,
            epochs == 0 ? learning.epochs() : epochs,
            goal == Goal.SPEED ? learning.width() / 2 : learning.width(),
            seed == null ? learning.seed() : seed));
  }

  /** What a folder of that name answers. */
  private static String task(String name) {
    String word =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_").replaceFirst("^[^a-z]+", "");
    return Card.isClassTask(word) ? word : "class";
  }

  private static Recipe read(Path file) {
    try {
      return Recipe.read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    }
  }

  private void checkOut() throws IOException {
    if (Files.exists(out)) {
      throw new IllegalArgumentException(
          "--out: " + out + " is there already; remove it or name another");
    }
    Path parent = out.toAbsolutePath().normalize().getParent();
    if (parent == null || !Files.isDirectory(parent) || !Files.isWritable(parent)) {
      throw new IllegalArgumentException(
          "--out: the folder '" + parent + "' is not there or may not be written to");
    }
  }

  /** Says on standard error how far the work is. */
  private static final class Told implements Training.Progress {
    private @Nullable String what;
    private @Nullable ProgressLine advance;

    @Override
    public void note(String line) {
      System.err.println("mien: " + Printable.line(line));
    }

    @Override
    public synchronized void step(String name, int done, int all) {
      if (advance == null || !name.equals(what)) {
        if (advance != null) {
          advance.end();
        }
        what = name;
        advance = new ProgressLine("mien: " + name, all);
      }
      advance.reached(done);
    }

    @Override
    public void epoch(Epoch epoch) {
      if (advance != null) {
        advance.end();
        advance = null;
      }
      System.err.printf(
          Locale.ROOT,
          "mien: epoch %d: training loss %.3f, accuracy %.3f; validation loss %.3f, accuracy"
              + " %.3f, balanced %.3f%n",
          epoch.number(),
          epoch.trainLoss(),
          epoch.trainAccuracy(),
          epoch.validationLoss(),
          epoch.validationAccuracy(),
          epoch.balancedAccuracy());
    }
  }
}
