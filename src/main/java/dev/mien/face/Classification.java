package dev.mien.face;

import java.util.Comparator;
import java.util.List;

/**
 * What one model says of one face.
 *
 * @param task what is asked, from the model's card: for example "mask"
 * @param model the model's name
 * @param scores a probability for each label, in the model's order; they add up to 1 unless the
 *     model asks about each label by itself
 * @param unsureBelow with a lower probability the likeliest label is too often wrong, 0..1
 * @param silence when nothing can be known of a face
 * @param detail how much of the crop's contrast is in its finest detail, as the model gets it,
 *     0..1: little in a blurred face, and in a small one that was made larger; or {@link
 *     #NOT_MEASURED}
 */
public record Classification(
    String task,
    String model,
    List<Score> scores,
    double unsureBelow,
    Silence silence,
    double detail) {
  /** The detail of a crop that nobody measured. */
  public static final double NOT_MEASURED = -1;

  /** A label and its probability, 0..1. */
  public record Score(String label, double probability) {}

  /** Of a model that answers about any face. */
  public Classification(String task, String model, List<Score> scores, double unsureBelow) {
    this(task, model, scores, unsureBelow, Silence.NEVER, NOT_MEASURED);
  }

  /** Of a model that does not know how sure it is. */
  public Classification(String task, String model, List<Score> scores) {
    this(task, model, scores, 0);
  }

  public Classification {
    scores = List.copyOf(scores);
    if (scores.isEmpty()) {
      throw new IllegalArgumentException("a classification has at least one label");
    }
  }

  /** The likeliest label; the first of equals. */
  public Score top() {
    return scores.stream().max(Comparator.comparingDouble(Score::probability)).orElseThrow();
  }
}
