package dev.mien.command;

import dev.mien.classify.OnnxClassifier;
import dev.mien.detect.Detectors;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import dev.mien.teach.HeadTraining;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
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
      ImportCommand.class
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
      int status = Status.DONE;
      for (String name : Home.models().names()) {
        try {
          Model model = Home.models().find(name);
          System.out.printf(
              "%-12s %-10s %-14s %s%n",
              name,
              Printable.line(model.card().task()),
              Printable.line(model.card().licence()),
              Printable.line(String.join(", ", model.labels())));
        } catch (ModelException e) {
          status = Status.tell(e);
        }
      }
      return status;
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
        System.out.printf("%-11s %s%n", key, Printable.line(value));
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
          Model model = Home.models().find(name);
          if (Confined.inside()) {
            verify(model);
          } else {
            Trial.run(model);
          }
          System.out.println(name + ": good");
        } catch (IOException e) {
          status = Status.tell(e);
        }
      }
      return status;
    }

    static void verify(Model model) throws IOException {
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
}
