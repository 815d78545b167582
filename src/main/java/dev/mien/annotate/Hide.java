package dev.mien.annotate;

import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Makes faces unrecognisable: each is replaced, with a margin, by five by five flat fields of its
 * mean colours; so is every place where a face may be. One that the detector never saw stays as it
 * is.
 */
public final class Hide implements Annotator {
  private static final double MARGIN = 0.15;
  private static final int FIELDS = 5;

  @Override
  public void annotate(Frame frame, Observation observation) {
    observation.faces().forEach(f -> hide(frame, f.detection().box()));
    observation.perhaps().forEach(b -> hide(frame, b));
  }

  private static void hide(Frame frame, Box face) {
    Box box = face.expand(MARGIN).clip(frame.size());
    int x = (int) Math.floor(box.x());
    int y = (int) Math.floor(box.y());
    int right = (int) Math.ceil(box.right());
    int bottom = (int) Math.ceil(box.bottom());
    if (right > x && bottom > y) {
      hide(frame.image(), x, y, right - x, bottom - y);
    }
  }

  private static void hide(Mat image, int x, int y, int width, int height) {
    try (Rect place = new Rect(x, y, width, height);
        Mat part = new Mat(image, place);
        Mat fields = new Mat();
        Size few = new Size(Math.min(FIELDS, width), Math.min(FIELDS, height));
        Size whole = new Size(width, height)) {
      opencv_imgproc.resize(part, fields, few, 0, 0, opencv_imgproc.INTER_AREA);
      opencv_imgproc.resize(fields, part, whole, 0, 0, opencv_imgproc.INTER_NEAREST);
    }
  }
}
