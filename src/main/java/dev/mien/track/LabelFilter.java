package dev.mien.track;

import dev.mien.face.Classification;
import dev.mien.face.Classification.Score;
import dev.mien.face.Face;
import java.util.ArrayList;
import java.util.List;

/**
 * Steadies the labels of one track. The probabilities are averaged with exponentially fading
 * weights (S. W. Roberts, "Control Chart Tests Based on Geometric Moving Averages", Technometrics
 * 1959), by the time that passed and not by the number of frames; and the label that is shown
 * changes only when another one leads by a margin (hysteresis, as in a Schmitt trigger).
 */
final class LabelFilter {
  private final double timeConstant;
  private final double margin;

  /** In the order of the models, of which two may have one name. */
  private final List<State> states = new ArrayList<>();

  private List<Face.Label> last = List.of();
  private long updated;

  private static final class State {
    private double[] average = {};
    private int shown;
    private boolean agrees;
    private long since;
    private long last;
  }

  LabelFilter(Rules rules) {
    timeConstant = rules.smoothing().toNanos();
    margin = rules.margin();
  }

  /** The labels to show at this time, one for each classification; without one, those before. */
  List<Face.Label> update(long timestamp, List<Classification> classifications) {
    if (classifications.isEmpty()) {
      return last;
    }
    List<Face.Label> labels = new ArrayList<>(classifications.size());
    for (int i = 0; i < classifications.size(); i++) {
      labels.add(update(timestamp, i, classifications.get(i)));
    }
    last = labels;
    updated = timestamp;
    return labels;
  }

  List<Face.Label> last() {
    return last;
  }

  /**
   * Until when no new classification is needed: the labels have been the same for twice the time
   * constant, and the newest answer was the label that is shown. Before the last update if it is
   * needed at once.
   */
  long steadyUntil() {
    boolean steady =
        !states.isEmpty()
            && states.stream().allMatch(s -> s.agrees && updated - s.since >= 2 * timeConstant);
    return steady ? updated + (long) timeConstant : Long.MIN_VALUE;
  }

  private Face.Label update(long timestamp, int model, Classification classification) {
    List<Score> scores = classification.scores();
    State state;
    if (model == states.size()) {
      state = new State();
      state.average = scores.stream().mapToDouble(Score::probability).toArray();
      state.shown = likeliest(state.average);
      state.since = timestamp;
      states.add(state);
    } else {
      state = states.get(model);
      double newest = 1 - Math.exp(-Math.max(0, timestamp - state.last) / timeConstant);
      for (int i = 0; i < state.average.length; i++) {
        state.average[i] += newest * (scores.get(i).probability() - state.average[i]);
      }
      int best = likeliest(state.average);
      if (state.average[best] > state.average[state.shown] + margin) {
        state.shown = best;
        state.since = timestamp;
      }
    }
    state.agrees =
        likeliest(scores.stream().mapToDouble(Score::probability).toArray()) == state.shown;
    state.last = timestamp;
    List<Score> averages = new ArrayList<>(scores.size());
    for (int i = 0; i < scores.size(); i++) {
      averages.add(new Score(scores.get(i).label(), state.average[i]));
    }
    Score shown = averages.get(state.shown);
    return new Face.Label(
        classification.task(),
        classification.model(),
        shown.label(),
        shown.probability(),
        averages,
        shown.probability() >= classification.unsureBelow());
  }

  private static int likeliest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  /** A label as it is, for a face without a past. */
  static Face.Label plain(Classification classification) {
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
