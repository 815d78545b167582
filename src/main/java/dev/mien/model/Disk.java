package dev.mien.model;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Puts files where a power cut does not reach them. */
public final class Disk {
  private Disk() {}

  /**
   * Returns when all that is in the folder is on the disk, and that it is there. Without it a file
   * may have its name before it has its bytes.
   */
  public static void force(Path folder) throws IOException {
    List<Path> inside;
    try (Stream<Path> all = Files.walk(folder)) {
      inside = all.toList();
    }
    for (Path path : inside) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
