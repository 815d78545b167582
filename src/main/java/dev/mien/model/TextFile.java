package dev.mien.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that people write by hand: configurations, cards, recipes. */
public final class TextFile {
  /** YAML's parser takes a minute for some megabytes of one value. */
  private static final int LONGEST = 1 << 20;

  private TextFile() {}

  /**
   * All of it.
   *
   * @throws IllegalArgumentException if it is longer than 1 MB, or never ends
   * @throws IOException if it cannot be read
   */
  public static byte[] read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LONGEST + 1);
      if (bytes.length > LONGEST) {
        throw new IllegalArgumentException(
            file + ": is longer than 1 MB, which nothing that is written by hand needs");
      }
      return bytes;
    }
  }
}
