package dev.mien.evaluate;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How near the answers are to what people voted.
 *
 * @param n examples with votes
 * @param tied of them those without a majority, where no answer is right or wrong
 * @param crossEntropy of the probabilities against the shares of votes, in nats: the mean
 * @param entropy of the shares of votes: no probabilities have a lower cross-entropy
 * @param agreement how often the answer is that of a person drawn at random, 0..1
 * @param amongPeople how often two people drawn at random agree, 0..1
 * @param calibration whether a probability is the share of people who say the same
 */
public record VoteScores(
    int n,
    int tied,
    double crossEntropy,
    double entropy,
    double agreement,
    double amongPeople,
    Calibration calibration) {
  /** What a probability of 0 is taken for: its logarithm has to be a number. */
  private static final double LEAST = 1e-7;

  /** None where nobody voted. */
  static Optional<VoteScores> of(List<Prediction> predictions) {
    List<Prediction> voted = predictions.stream().filter(p -> p.people() != null).toList();
    if (voted.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new VoteScores(
            voted.size(),
            (int) voted.stream().filter(Prediction::tied).count(),
            voted.stream().mapToDouble(p -> loss(p, p.probabilities())).average().orElse(0),
            voted.stream().mapToDouble(p -> loss(p, people(p).shares())).average().orElse(0),
            voted.stream().mapToDouble(VoteScores::share).average().orElse(0),
            voted.stream().mapToDouble(p -> people(p).agreement()).average().orElse(0),
            Calibration.of(voted, VoteScores::share)));
  }

  private static People people(Prediction prediction) {
    return Objects.requireNonNull(prediction.people());
  }

  /** Of the people, those who say the same. */
  private static double share(Prediction prediction) {
    return people(prediction).shares().get(prediction.answer());
  }

  private static double loss(Prediction prediction, List<Double> probabilities) {
    double loss = 0;
    for (int k = 0; k < probabilities.size(); k++) {
      double share = people(prediction).shares().get(k);
      loss -= share == 0 ? 0 : share * Math.log(Math.max(LEAST, probabilities.get(k)));
    }
    return loss;
  }
}
