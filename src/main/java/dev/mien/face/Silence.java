package dev.mien.face;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * When nothing can be known of a face, whatever a model's scores say: from the model's card. What
 * is 0 or empty never silences.
 *
 * @param coveredBy labels of other models that mean that what this one looks at is hidden, by task
 * @param turnedBeyond how far the head may be turned: see {@link #turn}
 * @param smallerThan the least height of the face's box, in pixels of the frame
 * @param blurrierThan the least detail of its crop, 0..1: see {@link Classification#detail}
 */
public record Silence(
    Map<String, String> coveredBy, double turnedBeyond, double smallerThan, double blurrierThan) {
  /** Nothing silences. */
  public static final Silence NEVER = new Silence(Map.of(), 0, 0, 0);

  /** The head is turned too far. */
  public static final String TURNED = "turned";

  /** The face is too small. */
  public static final String SMALL = "small";

  /** The face is too blurred. */
  public static final String BLURRED = "blurred";

  public Silence {
    coveredBy = Map.copyOf(coveredBy);
  }

  /**
   * Why nothing can be known: the task whose label covers the face, or one of the words above.
   *
   * @param detail of the crop, 0..1; less than 0 where nobody measured it
   * @param labels of all models on this face
   */
  public Optional<String> reason(Detection detection, double detail, List<Face.Label> labels) {
    if (smallerThan > 0 && detection.box().height() < smallerThan) {
      return Optional.of(SMALL);
    }
    Landmarks landmarks = detection.landmarks();
    if (turnedBeyond > 0 && landmarks != null && turn(landmarks) > turnedBeyond) {
      return Optional.of(TURNED);
    }
    if (blurrierThan > 0 && detail >= 0 && detail < blurrierThan) {
      return Optional.of(BLURRED);
    }
    return labels.stream()
        .filter(l -> l.label().equals(coveredBy.get(l.task())))
        .map(Face.Label::task)
        .findFirst();
  }

  /**
   * How far the head is turned to a side: how far the nose is from the middle between the eyes,
   * along the line through them, in halves of their distance. 0 is straight ahead, 1 has the nose
   * below an eye, in profile it is more. A tilted head changes nothing.
   */
  public static double turn(Landmarks landmarks) {
    Point right = landmarks.rightEye();
    Point left = landmarks.leftEye();
    double x = left.x() - right.x();
    double y = left.y() - right.y();
    double square = x * x + y * y;
    double along =
        (landmarks.nose().x() - (left.x() + right.x()) / 2) * x
            + (landmarks.nose().y() - (left.y() + right.y()) / 2) * y;
    return square == 0 ? Double.POSITIVE_INFINITY : Math.abs(along) / (square / 2);
  }
}
