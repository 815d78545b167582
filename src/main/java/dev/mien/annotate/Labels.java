package dev.mien.annotate;

import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * Draws a box around every face, with a plate that says each model's label and percent, and the id:
 * "happy 71% #3". Lines and letters grow with the frame.
 *
 * <p>The first label gives the colour, by its place in its model's list: a label has the same
 * colour in every frame and run. A plate stands above its face, below it where there is no room, or
 * else inside; it never leaves the frame. Safe for use by several threads.
 */
public final class Labels implements Annotator {
  private static final int DARK = 0x141414;

  private final Letters letters = Letters.shared();

  @Override
  public void annotate(Frame frame, Observation observation) {
    Size size = frame.size();
    int shortSide = Math.min(size.width(), size.height());
    int line = Math.max(shortSide < 120 ? 1 : 2, Math.round(shortSide / 360f));
    // Boxes first: no plate is then crossed by a neighbour's box.
    for (Face face : observation.faces()) {
      box(frame.image(), face.detection().box().clip(size), line, colour(face));
    }
    for (Face face : observation.faces()) {
      plate(frame, face, line, Math.max(12, Math.round(shortSide / 36f)));
    }
  }

  static Palette colour(Face face) {
    if (face.labels().isEmpty()) {
      return Palette.GRAY;
    }
    Face.Label label = face.labels().get(0);
    for (int i = 0; i < label.scores().size(); i++) {
      if (label.scores().get(i).label().equals(label.label())) {
        return Palette.ofLabel(i);
      }
    }
    return Palette.GRAY;
  }

  private static void box(Mat image, Box box, int line, Palette colour) {
    int x = (int) Math.round(box.x());
    int y = (int) Math.round(box.y());
    int w = Math.max(1, (int) Math.round(box.right()) - x);
    int h = Math.max(1, (int) Math.round(box.bottom()) - y);
    int edge = Math.max(1, line / 2);
    try (Rect around = new Rect(x, y, w, h);
        Scalar dark = scalar(DARK);
        Scalar light = scalar(colour.rgb)) {
      // The dark rim keeps a light box visible on a light picture.
      opencv_imgproc.rectangle(image, around, dark, line + 2 * edge, opencv_imgproc.LINE_8, 0);
      opencv_imgproc.rectangle(image, around, light, line, opencv_imgproc.LINE_8, 0);
    }
  }

  private static Scalar scalar(int rgb) {
    return new Scalar(rgb & 255, (rgb >> 8) & 255, (rgb >> 16) & 255, 0);
  }

  private void plate(Frame frame, Face face, int line, int em) {
    int room = frame.size().width() - 2 * Math.max(2, em / 4);
    int rows = (frame.size().height() - em) / letters.height(em);
    List<String> lines =
        lines(face).stream()
            .limit(Math.max(rows, 0))
            .map(text -> letters.fit(text, em, room))
            .toList();
    if (lines.isEmpty() || lines.contains("")) {
      return;
    }
    Plate plate = new Plate(letters, em, lines, colour(face));
    Box box = face.detection().box().clip(frame.size());
    int rim = (line + 1) / 2;
    int x = Math.round((float) box.x()) - rim;
    int above = Math.round((float) box.y()) - rim - plate.height;
    int below = Math.round((float) box.bottom()) + rim;
    int y = above;
    if (above < 0) {
      y = below + plate.height <= frame.size().height() ? below : (int) Math.round(box.y());
    }
    plate.put(
        frame.image(),
        Math.max(0, Math.min(x, frame.size().width() - plate.width)),
        Math.max(0, Math.min(y, frame.size().height() - plate.height)));
  }

  private static String plain(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC).replace('_', ' ');
  }

  static List<String> lines(Face face) {
    List<String> lines = new ArrayList<>();
    for (Face.Label label : face.labels()) {
      if (label.reason() != null) {
        lines.add(plain(label.task()) + " " + label.label() + ": " + plain(label.reason()));
      } else {
        // A question mark is understood where a shade of the colour is not seen.
        String mark = label.sure() ? " " : "? ";
        lines.add(plain(label.label()) + mark + Math.round(label.confidence() * 100) + "%");
      }
    }
    if (lines.isEmpty()) {
      return List.of("#" + face.id());
    }
    lines.set(0, lines.get(0) + "  #" + face.id());
    return lines;
  }
}
