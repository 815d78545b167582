package dev.mien.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.global.avdevice;

/** The cameras of this machine, as Video4Linux names them. */
public final class Cameras {
  private static final Path DEVICES = Path.of("/sys/class/video4linux");
  private static final Path UDEV = Path.of("/run/udev/data");
  private static final String CAPABILITIES = "E:ID_V4L_CAPABILITIES=";

  private Cameras() {}

  /** Device files that give pictures, such as {@code /dev/video0}, by number. */
  public static List<String> devices() {
    return devices(DEVICES, UDEV);
  }

  static List<String> devices(Path classes, Path udev) {
    if (!Files.isDirectory(classes)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(classes)) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches("video\\d{1,3}"))
          .filter(entry -> captures(entry, udev))
          .map(entry -> "/dev/" + entry.getFileName())
          .sorted(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder()))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /**
   * Why none can be opened. FFmpeg's part for devices needs libraries of the desktop, which a
   * server may not have; nothing else of Mien does.
   */
  public static Optional<String> obstacle() {
    try {
      avdevice.avdevice_register_all();
      return Optional.empty();
    } catch (LinkageError e) {
      return Optional.of(
          "FFmpeg's part for cameras needs libraries that are not installed"
              + " (Debian: libpulse0 libxcb-shm0)");
    }
  }

  /**
   * Most cameras have a second device, for data alone. What is for output may be a camera that a
   * program plays, as soon as that runs. Without udev nobody says what a device is for.
   */
  private static boolean captures(Path entry, Path udev) {
    try (Stream<String> lines =
        Files.lines(udev.resolve("c" + Files.readString(entry.resolve("dev")).strip()))) {
      return lines
          .filter(line -> line.startsWith(CAPABILITIES))
          .allMatch(line -> line.matches(".*:(capture|video_output):.*"));
    } catch (IOException e) {
      return true;
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
