package dev.mien.sink;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What may be wrong with a place to write to, in words. */
final class OutputFile {
  private OutputFile() {}

  /** The reason where there is no room. */
  static final String FULL = "disk full";

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS");

  /**
   * The file of one of several sources: {@code faces.mp4} is {@code faces-door.mp4}, and {@code
   * door.mp4} stays what it is.
   */
  static Path of(String source, Path file) {
    return file.resolveSibling(stem(file, source) + ending(file));
  }

  /** The same of one start: {@code faces-door-20260131-235959-000.mp4}. */
  static Path dated(Path file, String source, ZonedDateTime start) {
    return file.resolveSibling(stem(file, source) + "-" + start.format(TIME) + ending(file));
  }

  /** The names of {@link #dated(Path, String, ZonedDateTime)}, at any time. */
  static Pattern dated(Path file, String source) {
    return Pattern.compile(
        Pattern.quote(stem(file, source)) + "-\\d{8}-\\d{6}-\\d{3}" + Pattern.quote(ending(file)));
  }

  /** A name with the time of now. */
  static String dated(String name, Clock clock) {
    return name + "-" + clock.instant().atZone(clock.getZone()).format(TIME);
  }

  /** With the source's name in it, once. */
  private static String stem(Path file, String source) {
    String name = file.getFileName().toString();
    String stem = name.substring(0, name.length() - ending(file).length());
    return ("-" + stem + "-").contains("-" + source + "-") ? stem : stem + "-" + source;
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(Math.max(0, name.lastIndexOf('.')));
  }

  /**
   * Looks whether a file can be there; makes none.
   *
   * @throws IllegalArgumentException if that cannot be: one line with the reason
   */
  static void check(Path file) {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          file + ": is a folder, expected a file; for pictures of faces write " + file + "/");
    }
    checkParent(file);
    Path parent = file.toAbsolutePath().normalize().getParent();
    if (Files.exists(file)
        ? !Files.isWritable(file)
        : parent != null && !Files.isWritable(parent)) {
      throw new IllegalArgumentException(file + ": no permission to write there");
    }
  }

  /**
   * Makes a folder where there is none; its parent has to exist.
   *
   * @throws IllegalArgumentException if nothing can be written in it
   */
  static void openFolder(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(folder + "/: is a file, expected a folder");
    }
    checkParent(folder);
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(folder);
      }
      Files.delete(Files.createTempFile(folder, ".mien", null));
    } catch (IOException e) {
      throw new IllegalArgumentException(folder + "/: " + reason(e), e);
    }
  }

  private static void checkParent(Path path) {
    @Nullable Path parent = path.toAbsolutePath().normalize().getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      throw new IllegalArgumentException(
          path + ": the folder " + parent + " does not exist; make it first");
    }
  }

  /** Why it failed, without the path, which the caller names. */
  static String reason(IOException e) {
    if (e instanceof Held.InUseException) {
      return e.getMessage() + "; name another file";
    }
    if (e instanceof AccessDeniedException) {
      return "no permission to write there";
    }
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    String low = text.toLowerCase(Locale.ROOT);
    if (low.contains("no space left")
        || low.contains("quota")
        || low.contains("not enough space")) {
      return FULL;
    }
    int colon = text.lastIndexOf(": ");
    return "cannot be written: " + (colon < 0 ? text : text.substring(colon + 2));
  }

  /** Whether it is a pipe whose reader has gone. */
  static boolean readerGone(IOException e) {
    return e.getMessage() != null && e.getMessage().toLowerCase(Locale.ROOT).contains("pipe");
  }
}
