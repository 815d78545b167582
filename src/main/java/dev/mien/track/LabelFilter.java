package dev.mien.track;

import dev.mien.face.Classification;
import dev.mien.face.Classification.Score;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Steadies the labels of one track. The probabilities are averaged with exponentially fading
 * weights (S. W. Roberts, "Control Chart Tests Based on Geometric Moving Averages", Technometrics
 * 1959), by the time that passed and not by the number of frames; and the label that is shown
 * changes only when another one leads by a margin (hysteresis, as in a Schmitt trigger). An answer
 * counts until the next one comes.
 */
final class LabelFilter {
  /** A lead of so many margins is clear. */
  private static final double SETTLED_LEAD = 5;

  private final double timeConstant;
  private final double margin;

  /** In the order of the models, of which two may have one name. */
  private final List<State> states = new ArrayList<>();

  private @Nullable Detection seen;

  private static final class State {
    private Classification answer;
    private long answered;
    private double[] average;
    private int shown;
    private long updated;

    State(Classification first, long timestamp) {
      answer = first;
      answered = timestamp;
      average = probabilities(first);
      shown = likeliest(average);
      updated = timestamp;
    }
  }

  LabelFilter(Rules rules) {
    timeConstant = rules.smoothing().toNanos();
    margin = rules.margin();
  }

  /**
   * Takes new answers.
   *
   * @param answers one of each model; none where the models were not asked
   * @param detection of the face at that time; null where nobody looked
   */
  void update(long timestamp, List<Classification> answers, @Nullable Detection detection) {
    seen = detection == null ? seen : detection;
    for (int i = 0; i < answers.size(); i++) {
      if (i == states.size()) {
        states.add(new State(answers.get(i), timestamp));
      } else {
        State state = states.get(i);
        state.answer = answers.get(i);
        state.answered = timestamp;
      }
    }
    states.forEach(state -> advance(state, timestamp));
  }

  private void advance(State state, long timestamp) {
    double[] said = probabilities(state.answer);
    double newest = 1 - Math.exp(-Math.max(0, timestamp - state.updated) / timeConstant);
    for (int i = 0; i < said.length; i++) {
      state.average[i] += newest * (said[i] - state.average[i]);
    }
    int best = likeliest(state.average);
    if (state.average[best] > state.average[state.shown] + margin) {
      state.shown = best;
    }
    state.updated = timestamp;
  }

  /** What is shown now, one label for each model. */
  List<Face.Label> labels() {
    List<Face.Label> labels = states.stream().map(LabelFilter::label).toList();
    List<Classification> answers = states.stream().map(s -> s.answer).toList();
    return seen == null ? labels : silenced(labels, answers, seen);
  }

  /** The labels of models of which nothing can be known here become unknown. */
  private static List<Face.Label> silenced(
      List<Face.Label> labels, List<Classification> answers, Detection detection) {
    List<Face.Label> shown = new ArrayList<>(labels);
    for (int i = 0; i < shown.size(); i++) {
      Classification answer = answers.get(i);
      Optional<String> reason = answer.silence().reason(detection, answer.detail(), labels);
      if (reason.isPresent()) {
        shown.set(i, labels.get(i).unknown(reason.get()));
      }
    }
    return shown;
  }

  /**
   * Whether the labels are clear: each model's newest answer is the label that is shown, and its
   * average leads by more than would make another one show.
   */
  boolean settled() {
    return states.stream()
        .allMatch(
            s -> likeliest(probabilities(s.answer)) == s.shown && lead(s) > SETTLED_LEAD * margin);
  }

  private static double lead(State state) {
    double second = 0;
    for (int i = 0; i < state.average.length; i++) {
      second = i == state.shown ? second : Math.max(second, state.average[i]);
    }
    return state.average[state.shown] - second;
  }

  private static Face.Label label(State state) {
    List<Score> scores = state.answer.scores();
    List<Score> averages = new ArrayList<>(scores.size());
    for (int i = 0; i < scores.size(); i++) {
      averages.add(new Score(scores.get(i).label(), state.average[i]));
    }
    Score shown = averages.get(state.shown);
    return new Face.Label(
        state.answer.task(),
        state.answer.model(),
        shown.label(),
        shown.probability(),
        averages,
        shown.probability() >= state.answer.unsureBelow(),
        state.updated - state.answered);
  }

  private static double[] probabilities(Classification classification) {
    return classification.scores().stream().mapToDouble(Score::probability).toArray();
  }

  private static int likeliest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  /** Labels as they are, for a face without a past. */
  static List<Face.Label> plain(List<Classification> answers, Detection detection) {
    return silenced(answers.stream().map(LabelFilter::plain).toList(), answers, detection);
  }

  private static Face.Label plain(Classification classification) {
    Score top = classification.top();
    return new Face.Label(
        classification.task(),
        classification.model(),
        top.label(),
        top.probability(),
        classification.scores(),
        top.probability() >= classification.unsureBelow());
  }
}
