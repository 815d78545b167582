package dev.mien.sink;

import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How what is written for long is cut, and what is kept of it.
 *
 * @param dated whether each file has the time of its start in its name
 * @param segment a file is followed by the next one at each multiple of this, by the time of day;
 *     null for one file
 * @param keep files that are older are deleted; null for all
 * @param keepBytes so much is kept of one output, the newest of it; 0 for all
 * @param clock the time of day
 */
public record Recording(
    boolean dated,
    @Nullable Duration segment,
    @Nullable Duration keep,
    long keepBytes,
    Clock clock) {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,6})(MB|GB|TB)");

  /** One file of the name that was given. */
  public static Recording plain(Clock clock) {
    return new Recording(false, null, null, 0, clock);
  }

  public Recording {
    dated |= segment != null;
    if (segment != null && (segment.toSeconds() < 1 || segment.toDays() > 1)) {
      throw new IllegalArgumentException("a segment is from 1s to 24h");
    }
  }

  /** In words. */
  @Override
  public String toString() {
    String length = segment == null ? "one for each start" : "one for each " + words(segment);
    return length
        + (keep == null ? "" : ", kept for " + words(keep))
        + (keepBytes == 0 ? "" : ", the newest " + keepBytes / 1_000_000 + " MB kept");
  }

  private static String words(Duration duration) {
    return duration.toSeconds() % 86_400 == 0
        ? duration.toDays() + " d"
        : duration.toSeconds() % 60 == 0
            ? duration.toMinutes() + " min"
            : duration.toSeconds() + " s";
  }

  /** Whether older files may be deleted to make room. */
  boolean deletes() {
    return keep != null || keepBytes > 0;
  }

  /**
   * A size as it is written.
   *
   * @param text such as {@code 500MB}, {@code 20GB} or {@code 1TB}
   */
  public static long size(String text) {
    Matcher parts = SIZE.matcher(text.toUpperCase(Locale.ROOT));
    if (!parts.matches() || Long.parseLong(parts.group(1)) == 0) {
      throw new IllegalArgumentException(
          "found '" + text + "', expected for example 500MB or 20GB");
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "MB" -> number * 1_000_000L;
      case "GB" -> number * 1_000_000_000L;
      default -> number * 1_000_000_000_000L;
    };
  }
}
