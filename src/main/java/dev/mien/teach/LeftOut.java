package dev.mien.teach;

import dev.mien.dataset.Groups;
import dev.mien.evaluate.Evaluation;
import dev.mien.evaluate.Prediction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a head says of folders of which nothing was learnt from: each is left out once. Faces of
 * another origin are what a model meets later, so that they choose the decay, the temperature and
 * the score below which it is unsure.
 *
 * @param decay that did best on all folders together
 * @param temperature at which its answers are neither too sure nor too shy
 * @param answers at that temperature, by folder
 */
public record LeftOut(double decay, double temperature, Map<String, List<Prediction>> answers) {
  public LeftOut {
    answers = new LinkedHashMap<>(answers);
  }

  /** The answers of all folders together. */
  public List<Prediction> all() {
    return answers.values().stream().flatMap(List::stream).toList();
  }

  /** The scores of each folder. */
  public Map<String, Evaluation> byFolder(List<String> labels) {
    Map<String, Evaluation> scores = new LinkedHashMap<>();
    answers.forEach((folder, said) -> scores.put(folder, Evaluation.of(labels, said)));
    return scores;
  }

  /** Is told which folder is left out next, and says whether to go on. */
  interface Step {
    boolean next(String folder, int faces);
  }

  /**
   * Leaves out one after the other. Pictures of a folder that have a copy elsewhere do not measure.
   *
   * @param root where the folders are
   * @throws StoppedException if the step says so
   */
  static LeftOut of(
      HeadTraining training,
      List<HeadTraining.Point> points,
      Recipe recipe,
      Path root,
      Groups groups,
      Step step) {
    Map<Double, Map<String, float[][]>> said = new TreeMap<>();
    Map<String, int[]> truth = new LinkedHashMap<>();
    for (List<String> folders : recipe.leaveOut()) {
      String folder = String.join(" and ", folders);
      List<Path> out = folders.stream().map(root::resolve).toList();
      List<HeadTraining.Point> rest =
          points.stream().filter(p -> out.stream().noneMatch(p.picture()::startsWith)).toList();
      Set<Integer> known =
          rest.stream().map(p -> groups.of(p.picture())).collect(Collectors.toSet());
      List<HeadTraining.Point> measured =
          points.stream()
              .filter(p -> p.measures() && out.stream().anyMatch(p.picture()::startsWith))
              .filter(p -> !known.contains(groups.of(p.picture())))
              .toList();
      if (measured.isEmpty()) {
        throw new IllegalArgumentException(
            "leave_out: '%s' has no face that is not elsewhere too".formatted(folder));
      }
      if (!step.next(folder, measured.size())) {
        throw new StoppedException();
      }
      truth.put(folder, HeadTraining.labels(measured));
      training.path(
          rest,
          Weighing.of(rest, recipe, root),
          measured,
          tried -> {
            said.computeIfAbsent(tried.decay(), d -> new LinkedHashMap<>())
                .put(folder, tried.logits());
            return true;
          });
    }
    return best(said, truth, training.labels());
  }

  private static LeftOut best(
      Map<Double, Map<String, float[][]>> said, Map<String, int[]> truth, int labels) {
    float[][] all =
        Epoch.shares(
            truth.values().stream().flatMapToInt(java.util.Arrays::stream).toArray(), labels);
    double decay = 0;
    Temperature best = new Temperature(1, Double.POSITIVE_INFINITY);
    for (Map.Entry<Double, Map<String, float[][]>> tried : said.entrySet()) {
      float[][] logits =
          tried.getValue().values().stream()
              .flatMap(java.util.Arrays::stream)
              .toArray(float[][]::new);
      Temperature fitted = Temperature.fit(logits, all);
      if (fitted.loss() < best.loss()) {
        best = fitted;
        decay = tried.getKey();
      }
    }
    Map<String, List<Prediction>> answers = new LinkedHashMap<>();
    for (Map.Entry<String, int[]> folder : truth.entrySet()) {
      float[][] logits = said.getOrDefault(decay, Map.of()).get(folder.getKey());
      List<Prediction> predictions = new ArrayList<>();
      for (int i = 0; logits != null && i < logits.length; i++) {
        predictions.add(
            new Prediction(folder.getValue()[i], Answers.softmax(logits[i], best.value())));
      }
      answers.put(folder.getKey(), predictions);
    }
    return new LeftOut(decay, best.value(), answers);
  }
}
