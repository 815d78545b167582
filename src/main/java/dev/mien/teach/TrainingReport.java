package dev.mien.teach;

import dev.mien.evaluate.Curves;
import dev.mien.evaluate.Evaluation;
import dev.mien.evaluate.Page;
import dev.mien.evaluate.Prediction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** The page that goes with a trained model: how it learnt, and how it does on the validation. */
final class TrainingReport {
  /** With fewer faces to measure with, one more mistake is more than a percent. */
  private static final int ENOUGH = 100;

  private TrainingReport() {}

  /**
   * One HTML file.
   *
   * @param root where the recipe's folders are
   * @param name of the model
   * @param answers on the validation pictures, from which the evaluation was made
   */
  static String html(
      Recipe recipe,
      Path root,
      String name,
      Material material,
      Trained trained,
      Evaluation evaluation,
      Answers answers) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("task", recipe.task());
    facts.put("labels", String.join(", ", evaluation.labels()));
    int learnt = IntStream.of(material.training().counts()).sum();
    facts.put("training faces", Integer.toString(learnt));
    facts.put("validation faces", Integer.toString(evaluation.n()));
    facts.put("seed", Long.toString(recipe.learning().seed()));
    facts.put("best epoch", Integer.toString(trained.best().number()));
    Page page =
        new Page(name + ", as trained")
            .facts(facts)
            .notes(notes(evaluation))
            .curves(curves(trained.history()))
            .evaluation(evaluation)
            .parts(parts(recipe, root, evaluation.labels(), answers));
    return (Boolean.TRUE.equals(recipe.showMistakes()) ? page.mistakes(answers.mistakes()) : page)
        .html();
  }

  private static List<String> notes(Evaluation evaluation) {
    List<String> notes = new ArrayList<>(evaluation.doubts());
    if (evaluation.n() < ENOUGH) {
      notes.add(
          String.format(
              Locale.ROOT,
              "only %d faces measure it, so that each of them is %.1f %% of its accuracy; measure"
                  + " it with more: mien evaluate",
              evaluation.n(),
              100.0 / evaluation.n()));
    }
    return notes;
  }

  private static Curves curves(List<Epoch> history) {
    return new Curves(
        history.stream()
            .map(
                e ->
                    new Curves.Epoch(
                        e.trainLoss(),
                        e.validationLoss(),
                        e.trainAccuracy(),
                        e.validationAccuracy()))
            .toList());
  }

  /** The validation faces of each folder for themselves, where there are several. */
  private static Map<String, Evaluation> parts(
      Recipe recipe, Path root, List<String> labels, Answers answers) {
    List<Recipe.Folder> folders =
        recipe.validation().isEmpty() ? recipe.data() : recipe.validation();
    Map<String, Evaluation> parts = new LinkedHashMap<>();
    for (Recipe.Folder folder : folders.size() > 1 ? folders : List.<Recipe.Folder>of()) {
      List<Prediction> said = answers.predictions(root.resolve(folder.folder()));
      if (!said.isEmpty()) {
        parts.put(folder.folder(), Evaluation.of(labels, said));
      }
    }
    return parts;
  }
}
