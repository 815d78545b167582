package dev.mien.detect;

import dev.mien.frame.Box;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/** How one picture is looked at, to find all that has to be hidden. For one picture. */
final class HidingLooks implements AutoCloseable {
  /** What is worth a second look. */
  private static final double LEAST = 0.03;

  /** The longest side of a tile, which bounds the memory of a look. */
  private static final int TILE = 2048;

  /** What is not larger lies whole in at least one tile. */
  private static final int OVERLAP = 128;

  /** The long side of the picture that is turned: 20 pixels of 1920 are 16 there. */
  private static final int TURNED = 1536;

  /** Where that is not less than the frame, so much less is enough. */
  private static final double ENOUGH = 0.8;

  /** What is turned is not made smaller than this. */
  private static final int SMALLEST_TURNED = 640;

  /** The long side for faces that fill the frame. */
  private static final int WHOLE = 160;

  /** The score for those: dark rooms are full of weaker ones. */
  private static final double WHOLE_SURE = 0.6;

  /** A second look is at a square of so many pixels, in which the suspect has so many. */
  private static final int CLOSE = 128;

  private static final int CLOSE_SIDE = 48;

  private final Mat image;
  private final Mat smaller;

  /**
   * @param image 8 bits, BGR; lent until this is closed
   */
  HidingLooks(Mat image) {
    this.image = image;
    int longSide = Math.max(image.cols(), image.rows());
    int turned =
        (int) Math.min(longSide, Math.max(SMALLEST_TURNED, Math.min(TURNED, ENOUGH * longSide)));
    double scale = (double) turned / longSide;
    smaller = new Mat();
    try (Size size =
        new Size(
            Math.max(1, (int) Math.round(image.cols() * scale)),
            Math.max(1, (int) Math.round(image.rows() * scale)))) {
      opencv_imgproc.resize(image, smaller, size, 0, 0, opencv_imgproc.INTER_AREA);
    }
  }

  /** All looks, independent of each other, the longest first. */
  List<Function<YuNetRun, List<Suspect>>> all() {
    List<Function<YuNetRun, List<Suspect>>> looks = new ArrayList<>();
    for (Orientation orientation : Orientation.values()) {
      // One tile sees upright faces of any size, several cut the larger ones.
      boolean wholeOnly =
          orientation == Orientation.UPRIGHT && tiles(image.cols()) * tiles(image.rows()) == 1;
      looks.add(run -> turned(run, orientation, wholeOnly));
    }
    for (int top : starts(image.rows())) {
      for (int left : starts(image.cols())) {
        looks.add(run -> tile(run, left, top));
      }
    }
    return looks;
  }

  /** Where the tiles of a side begin: as few as cover it, equally far from each other. */
  private static List<Integer> starts(int side) {
    List<Integer> starts = new ArrayList<>();
    int tiles = tiles(side);
    int length = tile(side);
    for (int i = 0; i < tiles; i++) {
      starts.add(tiles == 1 ? 0 : (int) ((long) i * (side - length) / (tiles - 1)));
    }
    return starts;
  }

  private static int tiles(int side) {
    return side <= TILE ? 1 : (side - OVERLAP + TILE - OVERLAP - 1) / (TILE - OVERLAP);
  }

  private static int tile(int side) {
    int tiles = tiles(side);
    return (side + (tiles - 1) * OVERLAP + tiles - 1) / tiles;
  }

  private List<Suspect> tile(YuNetRun run, int left, int top) {
    List<Suspect> found = new ArrayList<>();
    try (Rect place = new Rect(left, top, tile(image.cols()), tile(image.rows()));
        Mat part = new Mat(image, place)) {
      look(run, part, 1, LEAST, Orientation.UPRIGHT, 1, left, top, found);
    }
    return found;
  }

  private List<Suspect> turned(YuNetRun run, Orientation orientation, boolean wholeOnly) {
    List<Suspect> found = new ArrayList<>();
    double back = (double) image.cols() / smaller.cols();
    try (Mat picture = orientation.turn(smaller)) {
      if (!wholeOnly) {
        look(run, picture, 1, LEAST, orientation, back, 0, 0, found);
      }
      double scale = Math.min(1, (double) WHOLE / Math.max(picture.cols(), picture.rows()));
      look(run, picture, scale, WHOLE_SURE, orientation, back, 0, 0, found);
    }
    return found;
  }

  /**
   * The same place enlarged.
   *
   * @return the face that is seen at the place of the suspect, if any
   */
  List<Suspect> closer(YuNetRun run, Suspect suspect) {
    Box box = suspect.box();
    double wanted = Math.max(box.width(), box.height()) * CLOSE / CLOSE_SIDE;
    int side = (int) Math.ceil(Math.min(wanted, Math.min(image.cols(), image.rows())));
    int left = inside(box.centerX() - side / 2.0, image.cols() - side);
    int top = inside(box.centerY() - side / 2.0, image.rows() - side);
    List<Suspect> found = new ArrayList<>();
    try (Rect place = new Rect(left, top, side, side);
        Mat part = new Mat(image, place);
        Mat picture = suspect.orientation().turn(part)) {
      double scale = (double) CLOSE / side;
      look(run, picture, scale, HidingDetector.SURE, suspect.orientation(), 1, left, top, found);
    }
    return found.stream()
        .filter(s -> near(s.box(), box))
        .max(Comparator.comparingDouble(Suspect::score))
        .stream()
        .toList();
  }

  private static int inside(double start, int most) {
    return (int) Math.max(0, Math.min(most, Math.round(start)));
  }

  private static boolean near(Box found, Box place) {
    return Math.abs(found.centerX() - place.centerX()) <= place.width()
        && Math.abs(found.centerY() - place.centerY()) <= place.height();
  }

  /**
   * @param picture turned already
   * @param scale by which it is made larger for the network
   * @param back from the picture to the frame
   * @param left where the picture, turned back, is in the frame
   */
  private static void look(
      YuNetRun run,
      Mat picture,
      double scale,
      double least,
      Orientation orientation,
      double back,
      int left,
      int top,
      List<Suspect> found) {
    boolean upright = orientation.keepsSides();
    int width = upright ? picture.cols() : picture.rows();
    int height = upright ? picture.rows() : picture.cols();
    run.over(
        picture,
        Math.max(1, (int) Math.round(picture.cols() * scale)),
        Math.max(1, (int) Math.round(picture.rows() * scale)),
        least,
        (x, y, right, bottom, score, landmarks) -> {
          if (Double.isFinite(x + y + right + bottom) && right > x && bottom > y) {
            Box here = orientation.back(Box.ofCorners(x, y, right, bottom), width, height);
            double side = Math.max(right - x, bottom - y) * scale;
            Box there = here.scale(back, back);
            Box inFrame = new Box(there.x() + left, there.y() + top, there.width(), there.height());
            found.add(new Suspect(inFrame, score, side, orientation));
          }
        });
  }

  @Override
  public void close() {
    smaller.close();
  }
}
