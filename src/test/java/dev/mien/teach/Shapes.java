package dev.mien.teach;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;

/** Circles, squares and crosses in many colours: a set that anything that learns can learn. */
public final class Shapes {
  public static final List<String> LABELS = List.of("circle", "cross", "square");
  private static final int SIDE = 80;

  private Shapes() {}

  /** Writes so many pictures of each label, each other than all others. */
  public static Path write(Path folder, int each, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    for (String label : LABELS) {
      Files.createDirectories(folder.resolve(label));
      for (int i = 0; i < each; i++) {
        try (Mat picture = draw(label, random)) {
          opencv_imgcodecs.imwrite(folder.resolve(label).resolve(i + ".png").toString(), picture);
        }
      }
    }
    return folder;
  }

  private static Mat draw(String label, SplittableRandom random) {
    int x = 30 + random.nextInt(20);
    int y = 30 + random.nextInt(20);
    int r = 12 + random.nextInt(12);
    try (Scalar dark = color(random, 0);
        Scalar light = color(random, 130);
        Mat noise = new Mat(SIDE, SIDE, CV_8UC3);
        Point topLeft = new Point(x - r, y - r);
        Point bottomRight = new Point(x + r, y + r);
        Point topRight = new Point(x + r, y - r);
        Point bottomLeft = new Point(x - r, y + r);
        Point middle = new Point(x, y)) {
      Mat picture = new Mat(SIDE, SIDE, CV_8UC3, dark);
      switch (label) {
        case "circle" -> opencv_imgproc.circle(picture, middle, r, light, -1, 8, 0);
        case "square" -> opencv_imgproc.rectangle(picture, topLeft, bottomRight, light, -1, 8, 0);
        default -> {
          opencv_imgproc.line(picture, topLeft, bottomRight, light, 6, 8, 0);
          opencv_imgproc.line(picture, topRight, bottomLeft, light, 6, 8, 0);
        }
      }
      byte[] grain = new byte[SIDE * SIDE * 3];
      for (int i = 0; i < grain.length; i++) {
        grain[i] = (byte) random.nextInt(20);
      }
      noise.data().put(grain);
      opencv_core.add(picture, noise, picture);
      return picture;
    }
  }

  private static Scalar color(SplittableRandom random, int least) {
    return new Scalar(
        least + random.nextInt(90), least + random.nextInt(90), least + random.nextInt(90), 0);
  }
}
