package dev.mien.track;

import dev.mien.face.Detection;
import dev.mien.face.Landmarks;
import dev.mien.face.Point;
import dev.mien.frame.Box;
import org.jspecify.annotations.Nullable;

/** A face between two frames in which it was found, on a straight line. */
final class Interpolation {
  private Interpolation() {}

  /**
   * @param share 0 gives the first, 1 the second
   */
  static Detection at(Detection from, Detection to, double share) {
    Box a = from.box();
    Box b = to.box();
    Box box =
        new Box(
            mix(a.x(), b.x(), share),
            mix(a.y(), b.y(), share),
            mix(a.width(), b.width(), share),
            mix(a.height(), b.height(), share));
    return new Detection(
        box,
        mix(from.confidence(), to.confidence(), share),
        landmarks(from.landmarks(), to.landmarks(), share));
  }

  private static @Nullable Landmarks landmarks(
      @Nullable Landmarks a, @Nullable Landmarks b, double share) {
    if (a == null || b == null) {
      return null;
    }
    return new Landmarks(
        point(a.rightEye(), b.rightEye(), share),
        point(a.leftEye(), b.leftEye(), share),
        point(a.nose(), b.nose(), share),
        point(a.rightMouth(), b.rightMouth(), share),
        point(a.leftMouth(), b.leftMouth(), share));
  }

  private static Point point(Point a, Point b, double share) {
    return new Point(mix(a.x(), b.x(), share), mix(a.y(), b.y(), share));
  }

  private static double mix(double a, double b, double share) {
    return a + share * (b - a);
  }
}
