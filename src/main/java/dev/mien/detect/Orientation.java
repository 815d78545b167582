package dev.mien.detect;

import dev.mien.frame.Box;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** How a picture is turned before it is looked at. */
enum Orientation {
  UPRIGHT(-1),
  CLOCKWISE(opencv_core.ROTATE_90_CLOCKWISE),
  UPSIDE_DOWN(opencv_core.ROTATE_180),
  COUNTERCLOCKWISE(opencv_core.ROTATE_90_COUNTERCLOCKWISE);

  private final int code;

  Orientation(int code) {
    this.code = code;
  }

  /** Whether width stays width. */
  boolean keepsSides() {
    return this == UPRIGHT || this == UPSIDE_DOWN;
  }

  /** The picture turned, to be closed by the caller. */
  Mat turn(Mat picture) {
    if (this == UPRIGHT) {
      return picture.clone();
    }
    int how = code;
    Mat turned = new Mat();
    opencv_core.rotate(picture, turned, how);
    return turned;
  }

  /**
   * Where a box of the turned picture is in the picture.
   *
   * @param width of the picture, not turned
   * @param height of the picture, not turned
   */
  Box back(Box box, double width, double height) {
    return switch (this) {
      case UPRIGHT -> box;
      case CLOCKWISE -> new Box(box.y(), height - box.right(), box.height(), box.width());
      case UPSIDE_DOWN ->
          new Box(width - box.right(), height - box.bottom(), box.width(), box.height());
      case COUNTERCLOCKWISE -> new Box(width - box.bottom(), box.x(), box.height(), box.width());
    };
  }
}
