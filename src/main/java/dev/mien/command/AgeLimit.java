package dev.mien.command;

import dev.mien.config.Settings;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How old what is shown of a live source may be. */
final class AgeLimit {
  @Option(
      names = "--max-age",
      paramLabel = "TIME",
      defaultValue = "500ms",
      description =
          "A frame of a live source that is older before it is done is dropped and counted:"
              + " 250ms, 10s (default: 500ms).")
  String text;

  Duration duration() {
    try {
      return Settings.duration(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--max-age: " + e.getMessage(), e);
    }
  }
}
