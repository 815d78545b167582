package dev.mien.sink;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What may be wrong with a place to write to, in words. */
final class OutputFile {
  private OutputFile() {}

  /** The file of one of several sources: {@code faces.mp4} is {@code faces-door.mp4}. */
  static Path of(String source, Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return file.resolveSibling(name.substring(0, dot) + "-" + source + name.substring(dot));
  }

  /**
   * Opens a file for writing. What is in it stays, for the run may yet not begin.
   *
   * @throws IllegalArgumentException if that cannot be: one line with the reason
   */
  static FileChannel open(Path file) {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          "--to " + file + ": is a folder, expected a file; for snapshots write " + file + "/");
    }
    checkParent(file);
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IllegalArgumentException("--to " + file + ": " + reason(e), e);
    }
  }

  /**
   * Makes a folder where there is none; its parent has to exist.
   *
   * @throws IllegalArgumentException if nothing can be written in it
   */
  static void openFolder(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--to " + folder + "/: is a file, expected a folder");
    }
    checkParent(folder);
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(folder);
      }
      Files.delete(Files.createTempFile(folder, ".mien", null));
    } catch (IOException e) {
      throw new IllegalArgumentException("--to " + folder + "/: " + reason(e), e);
    }
  }

  private static void checkParent(Path path) {
    @Nullable Path parent = path.toAbsolutePath().normalize().getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      throw new IllegalArgumentException(
          "--to " + path + ": the folder " + parent + " does not exist; make it first");
    }
  }

  /** Why it failed, without the path, which the caller names. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "no permission to write there";
    }
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    String low = text.toLowerCase(Locale.ROOT);
    if (low.contains("no space left")
        || low.contains("quota")
        || low.contains("not enough space")) {
      return "disk full";
    }
    int colon = text.lastIndexOf(": ");
    return "cannot be written: " + (colon < 0 ? text : text.substring(colon + 2));
  }

  /** Whether it is a pipe whose reader has gone. */
  static boolean readerGone(IOException e) {
    return e.getMessage() != null && e.getMessage().toLowerCase(Locale.ROOT).contains("pipe");
  }
}
