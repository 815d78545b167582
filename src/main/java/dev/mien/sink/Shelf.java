package dev.mien.sink;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one output has written into a folder, of which the oldest goes where there is too much. */
final class Shelf {
  private static final Logger log = LoggerFactory.getLogger(Shelf.class);

  /** Of a disk this much is left to others: 2 in 100, and not more than 256 MB. */
  private static final long MOST_LEFT = 256_000_000L;

  private static final long SHARE_LEFT = 50;

  private record Kept(Path file, long bytes, Instant changed) {}

  private final Path folder;
  private final Pattern names;
  private final Recording recording;

  /**
   * @param names of its files, none of which belong to another output
   */
  Shelf(Path folder, Pattern names, Recording recording) {
    this.folder = folder;
    this.names = names;
    this.recording = recording;
  }

  /**
   * Deletes what is older, or more, than is kept; where the disk is nearly full, more of it, the
   * oldest first.
   *
   * @param current is never deleted
   * @return whether there is room now
   */
  boolean tidy(@Nullable Path current) {
    if (recording.deletes()) {
      List<Kept> files = files(current);
      Instant now = recording.clock().instant();
      long sum = files.stream().mapToLong(Kept::bytes).sum() + bytes(current);
      for (Kept one : files) {
        boolean old =
            recording.keep() != null && one.changed().isBefore(now.minus(recording.keep()));
        boolean much = recording.keepBytes() > 0 && sum > recording.keepBytes();
        if (old || much || full()) {
          sum -= one.bytes();
          delete(one.file());
        }
      }
    }
    return !full();
  }

  private static long bytes(@Nullable Path file) {
    try {
      return file == null ? 0 : Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  private boolean full() {
    long total = folder.toFile().getTotalSpace();
    return total > 0 && folder.toFile().getUsableSpace() < Math.min(MOST_LEFT, total / SHARE_LEFT);
  }

  /** The oldest first. */
  private List<Kept> files(@Nullable Path current) {
    List<Kept> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (names.matcher(file.getFileName().toString()).matches()
            && Files.isRegularFile(file)
            && !file.equals(current)) {
          files.add(new Kept(file, Files.size(file), Files.getLastModifiedTime(file).toInstant()));
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      log.debug("{} cannot be listed", folder, e);
    }
    files.sort(Comparator.comparing(Kept::changed));
    return files;
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
      log.debug("{} deleted, as keep and keep_size say", file);
    } catch (IOException e) {
      log.warn("{}: cannot be deleted: {}", file, OutputFile.reason(e));
    }
  }
}
