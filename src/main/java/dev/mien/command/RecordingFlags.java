package dev.mien.command;

import dev.mien.config.Settings;
import dev.mien.sink.Recording;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How files are cut that are written for long, and what is kept of them. */
final class RecordingFlags {
  @Option(
      names = "--segment",
      paramLabel = "DURATION",
      description =
          "Begin the next file at each multiple of this, by the time of day: 10m, 1h. Files are"
              + " then called FILE-SOURCE-DATE-TIME.mp4.")
  @Nullable String segment;

  @Option(
      names = "--keep",
      paramLabel = "DURATION",
      description = "Delete files of the same output that are older: 7d. Needs --segment.")
  @Nullable String keep;

  @Option(
      names = "--keep-size",
      paramLabel = "SIZE",
      description = "Keep so much of each output, the newest of it: 20GB. Needs --segment.")
  @Nullable String keepSize;

  Recording recording() {
    if (segment == null && (keep != null || keepSize != null)) {
      throw new IllegalArgumentException(
          (keep != null ? "--keep" : "--keep-size")
              + ": only files of a recording in segments are deleted; give --segment too");
    }
    Duration length = segment == null ? null : read("--segment", segment);
    Duration age = keep == null ? null : read("--keep", keep);
    String size = keepSize;
    long bytes = size == null ? 0 : Flag.read("--keep-size", () -> Recording.size(size));
    return Flag.read(
        "--segment",
        () ->
            new Recording(
                length != null, length, age, bytes, Clock.system(ZoneId.systemDefault())));
  }

  private static Duration read(String flag, String text) {
    return Flag.read(flag, () -> Settings.duration(text));
  }
}
