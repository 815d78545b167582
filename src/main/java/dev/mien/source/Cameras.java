package dev.mien.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The cameras of this machine, as Video4Linux names them. */
public final class Cameras {
  private static final Path DEVICES = Path.of("/sys/class/video4linux");

  private Cameras() {}

  /** Device files, such as {@code /dev/video0}. */
  public static List<String> devices() {
    if (!Files.isDirectory(DEVICES)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(DEVICES)) {
      return entries.map(p -> "/dev/" + p.getFileName()).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** What the driver calls the device; empty if it says nothing. */
  public static String title(String device) {
    try {
      return Files.readString(
              DEVICES.resolve(Path.of(device).getFileName().toString()).resolve("name"))
          .strip();
    } catch (IOException e) {
      return "";
    }
  }
}
