package dev.mien.face;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One face of one frame: who (by track), where, and what the models say.
 *
 * @param id of the track, never used twice in a run
 * @param labels one for each model, steadied over the track
 */
public record Face(long id, Detection detection, List<Label> labels) {
  /**
   * What is shown for one model: it follows {@link Classification} without its flicker.
   *
   * @param task what is asked: for example "mask"
   * @param model the model's name
   * @param label the steady label
   * @param confidence its probability, averaged as the label is, 0..1
   * @param scores the averaged probability of every label, in the model's order
   * @param sure whether the confidence is one at which the model is seldom wrong
   * @param age nanoseconds of the stream since the model was asked about this face; 0 if it was in
   *     this frame
   * @param reason why nothing can be known, see {@link Silence}: the label is then {@link
   *     #UNKNOWN}; null where the label is the model's
   */
  public record Label(
      String task,
      String model,
      String label,
      double confidence,
      List<Classification.Score> scores,
      boolean sure,
      long age,
      @Nullable String reason) {
    /** What is shown where nothing can be known. */
    public static final String UNKNOWN = "unknown";

    public Label {
      scores = List.copyOf(scores);
    }

    /** An answer that may be older than this frame. */
    public Label(
        String task,
        String model,
        String label,
        double confidence,
        List<Classification.Score> scores,
        boolean sure,
        long age) {
      this(task, model, label, confidence, scores, sure, age, null);
    }

    /** An answer of this frame. */
    public Label(
        String task,
        String model,
        String label,
        double confidence,
        List<Classification.Score> scores,
        boolean sure) {
      this(task, model, label, confidence, scores, sure, 0);
    }

    /** An answer of this frame that is sure. */
    public Label(
        String task,
        String model,
        String label,
        double confidence,
        List<Classification.Score> scores) {
      this(task, model, label, confidence, scores, true);
    }

    /**
     * The same, of which nothing can be known: only the scores still say what the model guessed.
     */
    public Label unknown(String why) {
      return new Label(task, model, UNKNOWN, 0, scores, false, age, why);
    }
  }

  public Face {
    labels = List.copyOf(labels);
  }
}
