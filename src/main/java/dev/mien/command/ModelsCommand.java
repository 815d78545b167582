package dev.mien.command;

import dev.mien.classify.OnnxClassifier;
import dev.mien.convert.Tfjs;
import dev.mien.detect.Detectors;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.model.ModelFolder;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import dev.mien.teach.HeadTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What is installed. */
@Command(
    name = "models",
    mixinStandardHelpOptions = true,
    description = "Lists, shows and verifies the installed models, and makes new ones of networks.",
    subcommands = {
      ModelsCommand.ListModels.class,
      ModelsCommand.Show.class,
      ModelsCommand.Verify.class,
      ModelsCommand.Import.class
    })
final class ModelsCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(), "models: expected list, show, verify or import");
  }

  /** One line a model. */
  @Command(name = "list", mixinStandardHelpOptions = true, description = "One line a model.")
  static final class ListModels implements Callable<Integer> {
    @Override
    public Integer call() throws ModelException {
      for (String name : Home.models().names()) {
        Model model = Home.models().find(name);
        System.out.printf(
            "%-12s %-10s %-14s %s%n",
            name,
            model.card().task(),
            model.card().licence(),
            model.labels().isEmpty() ? "" : String.join(", ", model.labels()));
      }
      return Status.DONE;
    }
  }

  /** The card of one. */
  @Command(name = "show", mixinStandardHelpOptions = true, description = "All about one model.")
  static final class Show implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "Name or folder.")
    String name;

    @Override
    public Integer call() throws ModelException {
      Model model = Home.models().find(name);
      Card card = model.card();
      row("name", model.name());
      row("folder", model.folder().toString());
      row("task", card.task());
      row("about", card.about());
      row("labels", String.join(", ", model.labels()));
      Card.Input input = card.input();
      if (input != null) {
        row(
            "input",
            "%s %s %dx%d, margin %s"
                .formatted(
                    input.layout(), input.color(), input.width(), input.height(), input.margin()));
      }
      row("licence", card.licence());
      row("origin", card.origin());
      row("trained on", card.trainedOn());
      for (Card.Score score : card.scores()) {
        row("score", "%s on %s: %s".formatted(score.measure(), score.data(), score.value()));
      }
      card.files().forEach((file, hash) -> row("sha256", hash + "  " + file));
      return Status.DONE;
    }

    private static void row(String key, String value) {
      if (!value.isEmpty()) {
        System.out.printf("%-11s %s%n", key, value);
      }
    }
  }

  /** Checks hashes, shapes and golden examples. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = "Checks every file, and that each model still gives its golden answers.")
  static final class Verify implements Callable<Integer> {
    @Parameters(
        arity = "0..*",
        paramLabel = "MODEL",
        description = "Names or folders (default: all that are installed).")
    List<String> names = List.of();

    @Override
    public Integer call() throws IOException {
      int status = Status.DONE;
      for (String name : names.isEmpty() ? Home.models().names() : names) {
        try {
          verify(Home.models().find(name));
          System.out.println(name + ": good");
        } catch (IOException e) {
          status = Status.tell(e);
        }
      }
      return status;
    }

    private static void verify(Model model) throws IOException {
      if (model.card().findsFaces()) {
        Detectors.open(model, 1).close();
        return;
      }
      try (Network network = Network.open(model.name(), model.read(Model.NETWORK), Device.CPU)) {
        if (model.card().classifies()) {
          new OnnxClassifier(model, network).close();
        } else {
          HeadTraining.check(model, network);
        }
      }
    }
  }

  /** A network of another framework becomes a model folder. */
  @Command(
      name = "import",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description =
          "Makes a model folder of a network: an ONNX file, or a TensorFlow.js graph model"
              + " (model.json beside its weights).")
  static final class Import implements Callable<Integer> {
    @Parameters(paramLabel = "NETWORK", description = "FILE.onnx or model.json.")
    Path network;

    @Option(
        names = "--card",
        required = true,
        paramLabel = "FILE",
        description =
            "The card (docs/models.md), with the files that it names beside it; hashes are filled in.")
    Path card;

    @Option(
        names = "--labels",
        paramLabel = "FILE",
        description =
            "The labels, one a line, in the order of the outputs; a card for the task features"
                + " needs none.")
    @Nullable Path labels;

    @Option(
        names = "--output",
        paramLabel = "NODE",
        description = "Of model.json, only the part up to this node.")
    List<String> outputs = List.of();

    @Option(
        names = "--out",
        required = true,
        paramLabel = "FOLDER",
        description = "The new model folder.")
    Path out;

    @Override
    public Integer call() throws IOException {
      if (labels == null && ModelFolder.readCard(card).classifies()) {
        throw new IllegalArgumentException("--labels is missing: the labels, one a line");
      }
      for (@Nullable Path file : Arrays.asList(network, card, labels)) {
        if (file != null && !Files.isReadable(file)) {
          throw new IllegalArgumentException("there is no file '" + file + "' that can be read");
        }
      }
      byte[] onnx =
          network.toString().endsWith(".json")
              ? Tfjs.convert(network, outputs)
              : Files.readAllBytes(network);
      Model model = ModelFolder.assemble(out, card, labels, onnx);
      Verify.verify(model);
      String use = model.card().classifies() ? "; use it with --classify " + out : "";
      System.out.printf("%s: good%s%n", out, use);
      return Status.DONE;
    }
  }
}
