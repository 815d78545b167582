package dev.mien.command;

import dev.mien.convert.Format;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The file of a network that somebody named: itself, the one of a folder, or the one in an archive,
 * which is read where it is and never unpacked.
 *
 * @param archive to be closed with it, if it is in one
 */
record NetworkFile(Path path, @Nullable FileSystem archive) implements AutoCloseable {
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  /**
   * @throws IllegalArgumentException if there is none, or more than one
   */
  static NetworkFile open(Path named) throws IOException {
    if (!isArchive(named)) {
      return new NetworkFile(find(named, named), null);
    }
    FileSystem archive;
    try {
      archive = FileSystems.newFileSystem(named);
    } catch (ZipException e) {
      throw new IllegalArgumentException(
          "'%s' cannot be unpacked: %s".formatted(named, e.getMessage()), e);
    }
    try {
      return new NetworkFile(find(inside(archive), named), archive);
    } catch (IOException | RuntimeException e) {
      archive.close();
      throw e;
    }
  }

  private static boolean isArchive(Path file) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(ZIP.length), ZIP);
    }
  }

  /** The folder that an archive holds, or all of it. */
  private static Path inside(FileSystem archive) throws IOException {
    Path at = archive.getPath("/");
    while (true) {
      List<Path> entries;
      try (Stream<Path> listed = Files.list(at)) {
        entries = listed.filter(p -> !p.toString().contains("__MACOSX")).toList();
      }
      if (entries.size() != 1 || !Files.isDirectory(entries.get(0))) {
        return at;
      }
      at = entries.get(0);
    }
  }

  private static Path find(Path given, Path named) {
    if (!Files.isDirectory(given)) {
      checkReadable(given);
      return given;
    }
    List<Path> found;
    try (Stream<Path> files = Files.list(given)) {
      found =
          files
              .filter(f -> f.endsWith("model.json") || f.getFileName().toString().endsWith(".onnx"))
              .filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
              .toList();
    } catch (IOException e) {
      throw new IllegalArgumentException("'" + named + "' cannot be listed: " + e, e);
    }
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "'%s' has %d networks (model.json, *.onnx), expected one%s"
              .formatted(named, found.size(), Format.advice(given, named)));
    }
    return found.get(0);
  }

  /** A pipe would be waited for, a device never end. */
  static void checkReadable(Path file) {
    if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
      throw new IllegalArgumentException("there is no file '" + file + "' that can be read");
    }
  }

  /** Bytes of all that belongs to it. */
  static long size(Path file) throws IOException {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    try (Stream<Path> beside = Files.list(folder)) {
      return beside
          .filter(f -> f.equals(file.toAbsolutePath()) || f.toString().matches(".*\\.(bin|data)"))
          .mapToLong(NetworkFile::length)
          .sum();
    }
  }

  private static long length(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // What cannot be read is told of where it is needed.
    }
  }

  @Override
  public void close() throws IOException {
    if (archive != null) {
      archive.close();
    }
  }
}
