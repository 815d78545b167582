package dev.mien.annotate;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Makes the sheet of letters that labels are drawn with, from a font file: {@code FontSheet
 * DejaVuSans.ttf FOLDER} writes font.png and font.txt. Run by hand, when letters are added.
 */
final class FontSheet {
  private static final int EM = 44;
  private static final int COLUMNS = 32;

  private FontSheet() {}

  public static void main(String[] args) throws Exception {
    Font font = Font.createFont(Font.TRUETYPE_FONT, new File(args[0])).deriveFont((float) EM);
    List<Integer> letters = letters(font);
    BufferedImage probe = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    FontMetrics metrics = probe.createGraphics().getFontMetrics(font);
    int widest = letters.stream().mapToInt(metrics::charWidth).max().orElseThrow();
    int cellWidth = widest + 4;
    int cellHeight = metrics.getAscent() + metrics.getDescent();
    int rows = (letters.size() + COLUMNS - 1) / COLUMNS;
    BufferedImage sheet =
        new BufferedImage(COLUMNS * cellWidth, rows * cellHeight, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D g = sheet.createGraphics();
    g.setFont(font);
    g.setColor(Color.WHITE);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    StringBuilder text = new StringBuilder();
    text.append("%d %d%n".formatted(cellWidth, cellHeight));
    for (int i = 0; i < letters.size(); i++) {
      int letter = letters.get(i);
      int x = i % COLUMNS * cellWidth;
      int y = i / COLUMNS * cellHeight;
      g.setClip(x, y, cellWidth, cellHeight);
      g.drawString(Character.toString(letter), x + 2, y + metrics.getAscent());
      text.append("%x %d%n".formatted(letter, metrics.charWidth(letter)));
    }
    g.dispose();
    Path folder = Path.of(args[1]);
    ImageIO.write(sheet, "png", folder.resolve("font.png").toFile());
    Files.writeString(folder.resolve("font.txt"), text);
  }

  /** The empty box that stands for all that is missing, Latin, Greek, Cyrillic, some signs. */
  private static List<Integer> letters(Font font) {
    return Stream.of(
            IntStream.of(0x25A1),
            IntStream.range(0x20, 0x250),
            IntStream.range(0x370, 0x500),
            IntStream.range(0x1E00, 0x1F00),
            "–—‘’“”„…€°™×÷←→".codePoints())
        .flatMapToInt(s -> s)
        .distinct()
        .filter(c -> font.canDisplay(c) && !Character.isISOControl(c) && c != 0xAD)
        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
        .boxed()
        .toList();
  }
}
