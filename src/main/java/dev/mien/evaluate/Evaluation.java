package dev.mien.evaluate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How good the answers are. Averages are as scikit-learn has them: balanced accuracy over the
 * labels that occur, macro-F1 over those that occur or are answered; what would be divided by zero
 * is 0.
 *
 * @param labels in the order of the model
 * @param n number of examples
 * @param confusion how many examples of each label (rows) got each answer (columns)
 * @param byLabel the scores of each label
 * @param votes how near the answers are to what people voted, ties among them, which count nowhere
 *     else; null where nobody voted
 */
public record Evaluation(
    List<String> labels,
    int n,
    double accuracy,
    double balancedAccuracy,
    double macroF1,
    List<List<Integer>> confusion,
    List<LabelScore> byLabel,
    Calibration calibration,
    Coverage coverage,
    @Nullable VoteScores votes) {
  /** Fewer examples of a label show nothing of what is never answered. */
  private static final int ENOUGH = 10;

  /**
   * The scores of one label.
   *
   * @param examples how many there are
   * @param answers how many examples got it as answer
   * @param precision share of its answers that are right
   * @param recall share of its examples that are found
   * @param f1 their harmonic mean
   */
  public record LabelScore(
      String label, int examples, int answers, double precision, double recall, double f1) {
    private static LabelScore of(String label, int examples, int answers, int right) {
      return new LabelScore(
          label,
          examples,
          answers,
          share(right, answers),
          share(right, examples),
          share(2 * right, examples + answers));
    }
  }

  public Evaluation {
    labels = List.copyOf(labels);
    confusion = confusion.stream().map(List::copyOf).toList();
    byLabel = List.copyOf(byLabel);
  }

  /** At least one prediction that is not tied, each with a probability for each label. */
  public static Evaluation of(List<String> labels, List<Prediction> all) {
    List<Prediction> predictions = all.stream().filter(p -> !p.tied()).toList();
    if (predictions.isEmpty()) {
      throw new IllegalArgumentException("nothing to evaluate");
    }
    int[][] counts = new int[labels.size()][labels.size()];
    for (Prediction prediction : predictions) {
      counts[prediction.truth()][prediction.answer()]++;
    }
    List<LabelScore> scores = new ArrayList<>();
    int right = 0;
    for (int i = 0; i < counts.length; i++) {
      int label = i;
      int answers = IntStream.range(0, counts.length).map(t -> counts[t][label]).sum();
      int examples = IntStream.of(counts[i]).sum();
      scores.add(LabelScore.of(labels.get(i), examples, answers, counts[i][i]));
      right += counts[i][i];
    }
    return new Evaluation(
        labels,
        predictions.size(),
        share(right, predictions.size()),
        scores.stream()
            .filter(s -> s.examples() > 0)
            .mapToDouble(LabelScore::recall)
            .average()
            .orElse(0),
        scores.stream()
            .filter(s -> s.examples() + s.answers() > 0)
            .mapToDouble(LabelScore::f1)
            .average()
            .orElse(0),
        IntStream.range(0, counts.length)
            .mapToObj(i -> IntStream.of(counts[i]).boxed().toList())
            .toList(),
        scores,
        Calibration.of(predictions),
        Coverage.of(predictions),
        VoteScores.of(all).orElse(null));
  }

  private static double share(int part, int whole) {
    return whole == 0 ? 0 : part / (double) whole;
  }

  /** Whether all examples have the same label, so that balancing changes nothing. */
  public boolean oneLabel() {
    return byLabel.stream().filter(s -> s.examples() > 0).count() < 2;
  }

  /** What a single number would hide: one line for each way in which the answers are no answers. */
  public List<String> doubts() {
    if (oneLabel()) {
      return List.of();
    }
    List<LabelScore> asked = byLabel.stream().filter(s -> s.examples() > 0).toList();
    LabelScore most =
        Collections.max(byLabel, java.util.Comparator.comparingInt(LabelScore::answers));
    if (most.answers() == n) {
      return List.of("the answer is always '%s'".formatted(most.label()));
    }
    List<String> doubts = new ArrayList<>();
    if (balancedAccuracy <= 1.0 / labels.size()) {
      doubts.add(
          "balanced accuracy %.3f is no better than guessing among %d labels"
              .formatted(balancedAccuracy, labels.size()));
    }
    asked.stream()
        .filter(s -> s.answers() == 0 && s.examples() >= ENOUGH)
        .forEach(
            s ->
                doubts.add(
                    "'%s' is never answered, of %d examples".formatted(s.label(), s.examples())));
    return doubts;
  }
}
