package dev.mien.source;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pictures of a folder, and what beside them is not meant for people. */
public final class PictureFolder {
  private static final Logger log = LoggerFactory.getLogger(PictureFolder.class);

  /** More names than this are too many for a line. */
  private static final int NAMED = 20;

  /** Of archives, network drives and systems; what begins with a dot is hidden anyway. */
  private static final Set<String> HIDDEN =
      Set.of(
          "__MACOSX",
          "@eaDir",
          "@Recycle",
          "@Recently-Snapshot",
          "@tmp",
          "#recycle",
          "#snapshot",
          "$RECYCLE.BIN",
          "System Volume Information",
          "lost+found");

  private PictureFolder() {}

  /**
   * Whether a file is hidden, or lies in a folder that is: previews and copies that programs leave.
   *
   * @param root where the search began; how that is called does not matter
   */
  public static boolean isHidden(Path root, Path file) {
    return StreamSupport.stream(root.relativize(file).spliterator(), false)
        .map(Path::toString)
        .anyMatch(name -> name.startsWith(".") || HIDDEN.contains(name));
  }

  /**
   * Its pictures, by number and name; all that is left out is counted and named in the log.
   *
   * @param text the address as it was given
   */
  static List<Path> list(String text, Path folder, String glob) {
    List<Path> pictures = new ArrayList<>();
    List<String> others = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
      for (Path entry : entries) {
        if (isHidden(folder, entry)) {
          continue;
        }
        if (Files.isRegularFile(entry) && Still.named(entry)) {
          pictures.add(entry);
        } else {
          others.add(entry.getFileName() + (Files.isDirectory(entry) ? "/" : ""));
        }
      }
    } catch (IOException | PatternSyntaxException e) {
      throw new IllegalArgumentException("'" + text + "' cannot be listed", e);
    }
    String left = leftOut(others);
    if (pictures.isEmpty()) {
      throw new IllegalArgumentException(
          "no pictures in '%s', expected jpg, png, bmp, webp or tif%s"
              .formatted(text, left.isEmpty() ? "" : "; found " + left));
    }
    if (!left.isEmpty()) {
      log.warn("{}: {} left out, not jpg, png, bmp, webp or tif: {}", text, others.size(), left);
    }
    pictures.sort(Comparator.comparing(PictureFolder::countable).thenComparing(Path::toString));
    return pictures;
  }

  private static String leftOut(List<String> others) {
    List<String> sorted = others.stream().sorted().toList();
    String named = String.join(", ", sorted.subList(0, Math.min(NAMED, sorted.size())));
    return sorted.size() <= NAMED
        ? named
        : "%s and %d more".formatted(named, sorted.size() - NAMED);
  }

  /** Numbers padded, so that 2.jpg comes before 10.jpg. */
  private static String countable(Path file) {
    return Pattern.compile("\\d+")
        .matcher(file.getFileName().toString())
        .replaceAll(n -> "0".repeat(Math.max(0, 20 - n.group().length())) + n.group());
  }
}
