package dev.mien.annotate;

import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Makes faces unrecognisable: each is replaced, with a margin, by five by five flat fields of its
 * mean colours; so is every place where a face may be. In a video a place stays hidden for a while
 * after nothing was found there any more, and grows meanwhile. For one source and one thread.
 */
public final class Hide implements Annotator {
  private static final double MARGIN = 0.15;
  private static final int FIELDS = 5;

  /** Nanoseconds for which a place is held. */
  private static final long HELD = 500_000_000L;

  /** By how much a place grows on each side in that time, as a share of its size. */
  private static final double GROWTH = 0.35;

  /** Two places that overlap more than this are one that was found again. */
  private static final double SAME = 0.3;

  private final Function<Frame, List<Box>> places;
  private final boolean video;
  private List<Held> held = List.of();

  private record Held(Box box, long seen) {}

  /**
   * @param places where faces may be, beside those of the observation; asked about every frame,
   *     which is not shown if that fails
   * @param video whether frames follow each other
   */
  public Hide(Function<Frame, List<Box>> places, boolean video) {
    this.places = places;
    this.video = video;
  }

  @Override
  public void annotate(Frame frame, Observation observation) {
    List<Box> found = new ArrayList<>(places.apply(frame));
    observation.faces().forEach(f -> found.add(f.detection().box()));
    found.addAll(observation.perhaps());
    long now = frame.timestamp();
    List<Held> next = new ArrayList<>();
    for (Held one : held) {
      long age = now - one.seen;
      boolean again = found.stream().anyMatch(b -> b.iou(one.box) > SAME);
      if (!again && age >= 0 && age <= HELD) {
        next.add(one);
      }
    }
    next.forEach(h -> hide(frame, h.box, MARGIN + GROWTH * (now - h.seen) / HELD));
    for (Box box : found) {
      hide(frame, box, MARGIN);
      next.add(new Held(box, now));
    }
    held = video ? next : List.of();
  }

  private static void hide(Frame frame, Box face, double margin) {
    Box box = face.expand(margin).clip(frame.size());
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
