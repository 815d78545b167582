package dev.mien.annotate;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;

/** A darkened picture with words in its middle: why there is none newer. */
public final class Notice {
  private static final double BRIGHTNESS = 0.35;

  private final Letters letters = Letters.shared();

  /**
   * Changes the picture.
   *
   * @param words lines; each is cut short where it is wider than the picture, and left out where
   *     nothing of it fits
   */
  public void put(Frame frame, String words) {
    Mat image = frame.image();
    image.convertTo(image, -1, BRIGHTNESS, 0);
    Size size = frame.size();
    int em = Math.max(12, Math.round(Math.min(size.width(), size.height()) / 20f));
    List<String> fitting =
        words
            .lines()
            .map(line -> letters.fit(line, em, size.width() - 2 * em))
            .filter(line -> !line.isEmpty())
            .toList();
    Plate plate = new Plate(letters, em, fitting, Palette.GRAY);
    if (!fitting.isEmpty() && plate.height <= size.height()) {
      plate.put(image, (size.width() - plate.width) / 2, (size.height() - plate.height) / 2);
    }
  }
}
