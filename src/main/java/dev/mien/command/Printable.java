package dev.mien.command;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Text for terminal and log in one line. Names of files, cameras and labels are others' data: a
 * newline in one would make a line of its own, an escape sequence would steer the terminal. As a
 * part of the log's layout it does so for every message.
 */
public final class Printable extends ClassicConverter {
  /** Control characters, and those that make a terminal show text in another order. */
  private static final Pattern CONTROL =
      Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]");

  @Override
  public String convert(ILoggingEvent event) {
    return line(event.getFormattedMessage());
  }

  /** The text, with {@code \n} and the like in place of control characters. */
  static String line(String text) {
    return CONTROL.matcher(text).replaceAll(Printable::escaped);
  }

  private static String escaped(MatchResult found) {
    char control = found.group().charAt(0);
    return switch (control) {
      case '\n' -> "\\\\n";
      case '\r' -> "\\\\r";
      case '\t' -> "\\\\t";
      default -> String.format("\\\\u%04x", (int) control);
    };
  }
}
