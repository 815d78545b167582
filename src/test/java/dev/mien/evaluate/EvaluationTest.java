package dev.mien.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The expected numbers are scikit-learn 1.x's for the same predictions, but where it has none. */
final class EvaluationTest {
  private static final Offset<Double> EXACT = within(1e-12);
  private static final List<String> LABELS = List.of("a", "b", "c", "d");
  private static final List<Prediction> TWELVE =
      List.of(
          predicted(0, 0.7, 0.1, 0.1, 0.1),
          predicted(0, 0.4, 0.3, 0.2, 0.1),
          predicted(0, 0.2, 0.5, 0.2, 0.1),
          predicted(0, 0.9, 0.05, 0.03, 0.02),
          predicted(1, 0.1, 0.8, 0.05, 0.05),
          predicted(1, 0.6, 0.2, 0.1, 0.1),
          predicted(1, 0.3, 0.4, 0.2, 0.1),
          predicted(2, 0.1, 0.2, 0.6, 0.1),
          predicted(2, 0.5, 0.1, 0.3, 0.1),
          predicted(2, 0.25, 0.26, 0.24, 0.25),
          predicted(2, 0.05, 0.05, 0.85, 0.05),
          predicted(2, 0.2, 0.2, 0.55, 0.05));

  private static Prediction predicted(int truth, Double... probabilities) {
    return new Prediction(truth, List.of(probabilities));
  }

  @Test
  void scoresAreThoseOfScikitLearn() {
    Evaluation evaluation = Evaluation.of(LABELS, TWELVE);
    assertThat(evaluation.n()).isEqualTo(12);
    assertThat(evaluation.accuracy()).isCloseTo(2 / 3.0, EXACT);
    assertThat(evaluation.balancedAccuracy()).isCloseTo(0.6722222222222222, EXACT);
    assertThat(evaluation.macroF1()).isCloseTo(0.6626984126984127, EXACT);
    assertThat(evaluation.confusion())
        .containsExactly(
            List.of(3, 1, 0, 0), List.of(1, 2, 0, 0), List.of(1, 1, 3, 0), List.of(0, 0, 0, 0));
    assertThat(evaluation.byLabel())
        .containsExactly(
            new Evaluation.LabelScore("a", 4, 5, 0.6, 0.75, 2 / 3.0),
            new Evaluation.LabelScore("b", 3, 4, 0.5, 2 / 3.0, 4 / 7.0),
            new Evaluation.LabelScore("c", 5, 3, 1, 0.6, 0.75),
            new Evaluation.LabelScore("d", 0, 0, 0, 0, 0));
    assertThat(evaluation.doubts()).isEmpty();
  }

  /** By hand. */
  @Test
  void votes() {
    List<Prediction> said =
        List.of(
            new Prediction(0, List.of(0.8, 0.2), new People(List.of(0.9, 0.1), 0.8)),
            new Prediction(0, List.of(0.4, 0.6), new People(List.of(0.5, 0.5), 4 / 9.0)));
    Evaluation evaluation = Evaluation.of(List.of("a", "b"), said);
    assertThat(evaluation.n()).isEqualTo(1);
    assertThat(evaluation.accuracy()).isEqualTo(1);
    VoteScores votes = java.util.Objects.requireNonNull(evaluation.votes());
    assertThat(votes.n()).isEqualTo(2);
    assertThat(votes.tied()).isEqualTo(1);
    assertThat(votes.agreement()).isCloseTo(0.7, EXACT);
    assertThat(votes.amongPeople()).isCloseTo((0.8 + 4 / 9.0) / 2, EXACT);
    double first = -0.9 * Math.log(0.8) - 0.1 * Math.log(0.2);
    double second = -0.5 * Math.log(0.4) - 0.5 * Math.log(0.6);
    assertThat(votes.crossEntropy()).isCloseTo((first + second) / 2, EXACT);
    double least = -0.9 * Math.log(0.9) - 0.1 * Math.log(0.1);
    assertThat(votes.entropy()).isCloseTo((least + Math.log(2)) / 2, EXACT);
    assertThat(votes.calibration().ece()).isCloseTo(0.1, EXACT);
    assertThat(Evaluation.of(LABELS, TWELVE).votes()).isNull();
  }

  /** By hand: |sum of confidence - number right| of each bin, over 12. */
  @Test
  void calibration() {
    Calibration calibration = Evaluation.of(LABELS, TWELVE).calibration();
    assertThat(calibration.ece())
        .isCloseTo((0.26 + 1.2 + 1.0 + 0.25 + 0.3 + 0.2 + 0.15 + 0.1) / 12, EXACT);
    assertThat(calibration.bins()).hasSize(15);
    assertThat(calibration.bins().get(3)).isEqualTo(new Calibration.Bin(1, 0.26, 0));
    assertThat(calibration.bins().get(5)).isEqualTo(new Calibration.Bin(2, 0.4, 1));
    assertThat(calibration.bins().get(8).count()).isEqualTo(3);
    assertThat(calibration.bins().get(8).accuracy()).isCloseTo(2 / 3.0, EXACT);
    assertThat(calibration.bins().get(14).count()).isZero();
  }

  @Test
  void certaintyFallsIntoTheLastBin() {
    Calibration calibration =
        Evaluation.of(List.of("a", "b"), List.of(predicted(0, 1.0, 0.0))).calibration();
    assertThat(calibration.bins().get(14)).isEqualTo(new Calibration.Bin(1, 1, 1));
    assertThat(calibration.ece()).isZero();
  }

  /** By hand. */
  @Test
  void riskAgainstCoverage() {
    Coverage coverage = Evaluation.of(LABELS, TWELVE).coverage();
    // Two answers have 0.6, one of them wrong: whoever gives one gives both.
    assertThat(coverage.points())
        .extracting(Coverage.Point::score)
        .containsExactly(0.9, 0.85, 0.8, 0.7, 0.6, 0.55, 0.5, 0.4, 0.26);
    assertThat(coverage.points().get(4)).isEqualTo(new Coverage.Point(0.6, 0.5, 1 / 6.0));
    assertThat(coverage.points().get(8)).isEqualTo(new Coverage.Point(0.26, 1, 4 / 12.0));
    assertThat(coverage.atRisk(0.05)).contains(new Coverage.Point(0.7, 4 / 12.0, 0));
    assertThat(coverage.atRisk(0.15)).contains(new Coverage.Point(0.55, 7 / 12.0, 1 / 7.0));
    assertThat(Evaluation.of(LABELS, TWELVE.subList(2, 3)).coverage().atRisk(0.05)).isEmpty();
  }

  @Test
  void theOrderOfTheExamplesDoesNotMatter() {
    List<Prediction> shuffled = new ArrayList<>(TWELVE);
    Collections.shuffle(shuffled, new Random(3));
    Evaluation one = Evaluation.of(LABELS, TWELVE);
    Evaluation other = Evaluation.of(LABELS, shuffled);
    assertThat(other.byLabel()).isEqualTo(one.byLabel());
    assertThat(other.coverage()).isEqualTo(one.coverage());
    assertThat(other.calibration().ece()).isCloseTo(one.calibration().ece(), EXACT);
  }

  /** R42: a label that is never answered hides behind a fair accuracy. */
  @Test
  void answersThatAreNoneAreDoubted() {
    assertThat(Evaluation.of(List.of("a", "b"), always(0)).doubts())
        .containsExactly("the answer is always 'a'");
    List<Prediction> blind = new ArrayList<>(always(0));
    blind.add(predicted(0, 0.1, 0.8, 0.1));
    for (int i = 0; i < 10; i++) {
      blind.add(predicted(2, 0.8, 0.1, 0.1));
    }
    List<Prediction> three =
        blind.stream()
            .map(
                p ->
                    p.probabilities().size() == 3
                        ? p
                        : predicted(p.truth(), p.probabilities().get(0), 0.1, 0.0))
            .toList();
    assertThat(Evaluation.of(List.of("a", "b", "c"), three).doubts())
        .containsExactly(
            "balanced accuracy 0.303 is no better than guessing among 3 labels",
            "'c' is never answered, of 10 examples");
  }

  private static List<Prediction> always(int answer) {
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      predictions.add(predicted(i % 2, answer == 0 ? 0.9 : 0.1, answer == 0 ? 0.1 : 0.9));
    }
    return predictions;
  }

  @Test
  void nothingCannotBeEvaluated() {
    assertThatIllegalArgumentException().isThrownBy(() -> Evaluation.of(LABELS, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> predicted(2, 0.5, 0.5));
  }

  @Test
  void faces() {
    FaceScores faces = new FaceScores(8, 6, 12);
    assertThat(faces.recall()).isEqualTo(0.75);
    assertThat(faces.precision()).isEqualTo(0.5);
    assertThat(new FaceScores(3, 0, 0).precision()).isZero();
  }

  @Test
  void overfittingBeginsWhereTheValidationLossWasLowest() {
    assertThat(curves(0.9, 0.5, 0.6, 0.7).overfitting()).hasValue(2);
    assertThat(curves(0.9, 0.5, 0.4).overfitting()).isEmpty();
    assertThat(curves().overfitting()).isEmpty();
  }

  static Curves curves(double... validationLoss) {
    List<Curves.Epoch> epochs = new ArrayList<>();
    for (int i = 0; i < validationLoss.length; i++) {
      epochs.add(
          new Curves.Epoch(1.0 / (i + 1), validationLoss[i], 1 - 0.5 / (i + 1), 0.5 + 0.05 * i));
    }
    return new Curves(epochs);
  }
}
