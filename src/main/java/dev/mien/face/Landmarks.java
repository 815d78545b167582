package dev.mien.face;

/** Five points of a face. Right and left are the person's own. */
public record Landmarks(
    Point rightEye, Point leftEye, Point nose, Point rightMouth, Point leftMouth) {
  /**
   * How far the head is turned to a side: the nose's distance from the middle between the eyes,
   * along their line, in eye distances. 0 looks into the camera, about 0.5 is half turned, 1 and
   * more is a profile; negative towards the person's right.
   */
  public double turn() {
    double x = leftEye.x() - rightEye.x();
    double y = leftEye.y() - rightEye.y();
    double squared = x * x + y * y;
    double noseX = nose.x() - (leftEye.x() + rightEye.x()) / 2;
    double noseY = nose.y() - (leftEye.y() + rightEye.y()) / 2;
    return squared == 0 ? 0 : (noseX * x + noseY * y) / squared;
  }
}
