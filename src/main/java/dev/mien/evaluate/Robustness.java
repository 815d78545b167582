package dev.mien.evaluate;

import dev.mien.classify.Crop;
import dev.mien.classify.OnnxClassifier;
import dev.mien.face.Classification;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.jspecify.annotations.Nullable;

/**
 * Whether a model answers the same when only light, sharpness, turn or cut of a face are others.
 */
final class Robustness {
  /** What of the picture around a face is varied with it, on each side, as a share of its size. */
  private static final double AROUND = 0.6;

  /**
   * A row of the table.
   *
   * @param asked answers to varied faces
   * @param changed of them those that are another label than before
   * @param decided of them those whose truth is known
   * @param right of those the ones that are the truth
   */
  record Row(int asked, int changed, int decided, int right) {
    private Row and(Row one) {
      return new Row(
          asked + one.asked, changed + one.changed, decided + one.decided, right + one.right);
    }

    double changedShare() {
      return changed / (double) asked;
    }

    double accuracy() {
      return decided == 0 ? 0 : right / (double) decided;
    }
  }

  private final OnnxClassifier classifier;
  private final Map<String, Row> rows = new LinkedHashMap<>();

  Robustness(OnnxClassifier classifier) {
    this.classifier = classifier;
  }

  /**
   * Asks about a face in every variation.
   *
   * @param face null where the whole picture is the face
   * @param before what the model said of the face as it is
   */
  void ask(Frame frame, @Nullable Box face, Prediction before) {
    Mat picture = frame.image();
    Box whole = new Box(0, 0, frame.size().width(), frame.size().height());
    Box near = (face == null ? whole : face.expand(AROUND)).clip(frame.size());
    int left = (int) near.x();
    int top = (int) near.y();
    int width = Math.max(1, Math.min(frame.size().width(), (int) Math.ceil(near.right())) - left);
    int height = Math.max(1, Math.min(frame.size().height(), (int) Math.ceil(near.bottom())) - top);
    Box here =
        face == null
            ? whole
            : new Box(face.x() - left, face.y() - top, face.width(), face.height());
    try (Rect part = new Rect(left, top, width, height);
        Mat region = new Mat(picture, part)) {
      for (Variation variation : Variation.ALL) {
        try (Frame varied = new Frame(0, 0, variation.of(region, here))) {
          Classification said =
              face == null
                  ? classifier.classifyWhole(varied)
                  : classifier.classify(List.of(new Crop(varied, here))).get(0);
          int answer =
              new Prediction(
                      before.truth(),
                      said.scores().stream().map(Classification.Score::probability).toList())
                  .answer();
          boolean decided = !before.tied();
          Row one =
              new Row(
                  1,
                  answer == before.answer() ? 0 : 1,
                  decided ? 1 : 0,
                  decided && answer == before.truth() ? 1 : 0);
          rows.merge(variation.row(), one, Row::and);
        }
      }
    }
  }

  /** By the name of the variation, in a fixed order. */
  Map<String, Row> rows() {
    return rows;
  }
}
