package dev.mien.annotate;

import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;

/** A small sign: lines of text on one colour. Pixels are in the heap until it is put up. */
final class Plate {
  private final Letters letters;
  private final int em;
  private final int padding;
  private final int lineHeight;
  final int width;
  final int height;
  private final byte[] pixels;

  Plate(Letters letters, int em, List<String> lines, Palette colour) {
    this.letters = letters;
    this.em = em;
    this.padding = Math.max(2, em / 4);
    this.lineHeight = letters.height(em);
    int widest = lines.stream().mapToInt(line -> letters.width(line, em)).max().orElse(0);
    this.width = widest + 2 * padding;
    this.height = lines.size() * lineHeight + padding / 2 * 2;
    this.pixels = new byte[width * height * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (colour.rgb >> (8 * (i % 3)));
    }
    for (int i = 0; i < lines.size(); i++) {
      write(lines.get(i), padding / 2 + i * lineHeight, colour.text);
    }
  }

  private void write(String line, int top, int ink) {
    int x = padding;
    for (int code : line.codePoints().toArray()) {
      Letters.Letter letter = letters.letter(code, em);
      stamp(letter, x - letters.bearing(em), top, ink);
      x += letter.advance;
    }
  }

  private void stamp(Letters.Letter letter, int left, int top, int ink) {
    int from = Math.max(0, -left);
    int to = Math.min(letter.width, width - left);
    for (int y = 0; y < lineHeight; y++) {
      for (int x = from; x < to; x++) {
        int cover = letter.cover(x, y);
        if (cover != 0) {
          int at = ((top + y) * width + left + x) * 3;
          for (int c = 0; c < 3; c++) {
            int under = pixels[at + c] & 255;
            int over = (ink >> (8 * c)) & 255;
            pixels[at + c] = (byte) (under + (over - under) * cover / 255);
          }
        }
      }
    }
  }

  /** Puts it on a picture that it fits into. */
  void put(Mat image, int x, int y) {
    try (BytePointer bytes = new BytePointer(pixels);
        Mat plate = new Mat(height, width, opencv_core.CV_8UC3, bytes);
        Rect place = new Rect(x, y, width, height);
        Mat part = new Mat(image, place)) {
      plate.copyTo(part);
    }
  }
}
