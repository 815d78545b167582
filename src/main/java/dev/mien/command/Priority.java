package dev.mien.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The level of a line for systemd's journal, as sd-daemon(3) has it: {@code <4>} for a warning.
 * Nothing where standard error goes elsewhere.
 */
public final class Priority extends ClassicConverter {
  private final boolean journal = isJournal(System.getenv("JOURNAL_STREAM"), "/proc/self/fd/2");

  /** What the journal's stream is called is inherited, so it must be the one written to. */
  static boolean isJournal(@Nullable String stream, String stderr) {
    try {
      Path file = Path.of(stderr);
      return stream != null
          && stream.equals(
              Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino"));
    } catch (IOException | RuntimeException e) {
      return false; // Another operating system.
    }
  }

  @Override
  public String convert(ILoggingEvent event) {
    return journal ? prefix(event.getLevel()) : "";
  }

  static String prefix(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> "<3>";
      case Level.WARN_INT -> "<4>";
      case Level.INFO_INT -> "<6>";
      default -> "<7>";
    };
  }
}
