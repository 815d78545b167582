package dev.mien.annotate;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Latin, Greek and Cyrillic letters at any height, from a sheet of drawn ones: OpenCV has only
 * ASCII in strokes, and Java's own text needs AWT and fonts, which a server may lack.
 *
 * <p>A letter that is missing loses its accents; if it is missing even so, it is an empty box.
 */
final class Letters {
  private static final int COLUMNS = 32;
  private static final int EM = 44;
  private static final int MISSING = 0x25A1;
  private static final int BEARING = 2;

  /** One letter, drawn. */
  static final class Letter {
    /** From its start to the next letter's, pixels. */
    final int advance;

    /** Of its cell, pixels. */
    final int width;

    private final byte[] cover;

    private Letter(int advance, int width, byte[] cover) {
      this.advance = advance;
      this.width = width;
      this.cover = cover;
    }

    /** How much of the pixel is ink, 0..255; ({@code 0}, {@code 0}) is the cell's left top. */
    int cover(int x, int y) {
      return cover[y * width + x] & 255;
    }
  }

  private record Place(int index, int advance) {}

  private record Key(int code, int em) {}

  private final byte[] sheet;
  private final int sheetWidth;
  private final int cellWidth;
  private final int cellHeight;
  private final Map<Integer, Place> places = new HashMap<>();
  private final Map<Key, Letter> drawn = new ConcurrentHashMap<>();

  /** Made when first needed. */
  private static final class Shared {
    static final Letters LETTERS = new Letters();
  }

  /** Those of all cameras and outputs: the sheet is 4 MB. For many threads. */
  static Letters shared() {
    return Shared.LETTERS;
  }

  private Letters() {
    try (BufferedReader table =
        new BufferedReader(new InputStreamReader(resource("font.txt"), StandardCharsets.UTF_8))) {
      String[] cell = Objects.requireNonNull(table.readLine()).split(" ", -1);
      cellWidth = Integer.parseInt(cell[0]);
      cellHeight = Integer.parseInt(cell[1]);
      for (String line = table.readLine(); line != null; line = table.readLine()) {
        String[] letter = line.split(" ", -1);
        places.put(
            Integer.parseInt(letter[0], 16), new Place(places.size(), Integer.parseInt(letter[1])));
      }
      sheetWidth = COLUMNS * cellWidth;
      sheet = pixels();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] pixels() throws IOException {
    try (InputStream png = resource("font.png");
        BytePointer bytes = new BytePointer(png.readAllBytes());
        Mat coded = new Mat(1, Math.toIntExact(bytes.limit()), opencv_core.CV_8UC1, bytes);
        Mat gray = opencv_imgcodecs.imdecode(coded, opencv_imgcodecs.IMREAD_GRAYSCALE)) {
      byte[] pixels = new byte[Math.toIntExact(gray.total())];
      gray.data().get(pixels);
      return pixels;
    }
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(Letters.class.getResourceAsStream(name), name);
  }

  /** The height of every letter's cell at this size. */
  int height(int em) {
    return Math.max(1, Math.round((float) cellHeight * em / EM));
  }

  int width(String text, int em) {
    return text.codePoints().map(c -> letter(c, em).advance).sum();
  }

  /** Cut short with an ellipsis where it is wider than the room; empty where nothing fits. */
  String fit(String text, int em, int room) {
    if (width(text, em) <= room) {
      return text;
    }
    int[] codes = text.codePoints().toArray();
    for (int n = codes.length - 1; n > 0; n--) {
      String cut = new String(codes, 0, n).stripTrailing() + "…";
      if (width(cut, em) <= room) {
        return cut;
      }
    }
    return "";
  }

  Letter letter(int code, int em) {
    return drawn.computeIfAbsent(new Key(known(code), em), this::draw);
  }

  private int known(int code) {
    if (places.containsKey(code)) {
      return code;
    }
    int base = Normalizer.normalize(Character.toString(code), Normalizer.Form.NFKD).codePointAt(0);
    return places.containsKey(base) ? base : MISSING;
  }

  private Letter draw(Key key) {
    Place place = Objects.requireNonNull(places.get(key.code()));
    byte[] cell = new byte[cellWidth * cellHeight];
    int start =
        place.index() / COLUMNS * cellHeight * sheetWidth + place.index() % COLUMNS * cellWidth;
    for (int y = 0; y < cellHeight; y++) {
      System.arraycopy(sheet, start + y * sheetWidth, cell, y * cellWidth, cellWidth);
    }
    int width = Math.max(1, Math.round((float) cellWidth * key.em() / EM));
    byte[] cover = new byte[width * height(key.em())];
    try (BytePointer bytes = new BytePointer(cell);
        Mat large = new Mat(cellHeight, cellWidth, opencv_core.CV_8UC1, bytes);
        Mat small = new Mat();
        Size size = new Size(width, height(key.em()))) {
      opencv_imgproc.resize(large, small, size, 0, 0, opencv_imgproc.INTER_AREA);
      small.data().get(cover);
    }
    int advance = Math.max(1, Math.round((float) place.advance() * key.em() / EM));
    return new Letter(advance, width, cover);
  }

  /** How far to the left of its place a letter's cell begins. */
  int bearing(int em) {
    return Math.round((float) BEARING * em / EM);
  }
}
