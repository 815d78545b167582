package dev.mien.config;

import dev.mien.session.Wishes;
import dev.mien.sink.Recording;
import dev.mien.sink.SinkAddress;
import dev.mien.source.SourceAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a service runs. Two that are equal run the same, passwords included.
 *
 * @param device {@code auto}, {@code cpu} or {@code cuda[:N]}
 * @param engine what computes the detector: {@code auto}, {@code opencv}, {@code onnxruntime}
 * @param cameras by name, in the order of the file
 */
public record Settings(String device, String engine, Map<String, Camera> cameras) {
  static final String DEVICE = "auto";
  static final String ENGINE = "auto";

  /**
   * One camera.
   *
   * @param name letters, digits, dots, dashes and underscores: records and files are named by it
   * @param source with its password, which is in no text that this gives
   * @param to where its frames and observations go, the page included
   * @param maxAge an observation that would be older comes too late
   * @param loop whether a recording is played again and again
   * @param wishes how its frames are read
   * @param recording how its files are cut, and what is kept of them
   */
  public record Camera(
      String name,
      SourceAddress source,
      List<SinkAddress> to,
      Duration maxAge,
      boolean loop,
      Wishes wishes,
      Recording recording) {
    public static final Duration MAX_AGE = Duration.ofMillis(500);

    public Camera {
      to = List.copyOf(to);
    }

    Camera withTo(List<SinkAddress> others) {
      return new Camera(name, source, others, maxAge, loop, wishes, recording);
    }
  }

  public Settings {
    cameras = Collections.unmodifiableMap(new LinkedHashMap<>(cameras));
  }

  /** Shown to this machine only. */
  static final List<SinkAddress> PAGE = List.of(SinkAddress.parse("http"));

  /** One file for each start. */
  static final Recording FILES =
      new Recording(true, null, null, 0, Clock.system(ZoneId.systemDefault()));

  /** What the shipped file says: the first camera of the machine, on a page for this machine. */
  static Settings defaults() {
    Camera camera =
        new Camera(
            "camera", SourceAddress.parse("0"), PAGE, Camera.MAX_AGE, false, Wishes.DEFAULT, FILES);
    return new Settings(DEVICE, ENGINE, Map.of("camera", camera));
  }

  private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m|h|d)");

  /**
   * A duration as it is written.
   *
   * @param text such as {@code 500ms}, {@code 10s}, {@code 2m}, {@code 1h} or {@code 7d}; not
   *     nothing
   */
  public static Duration duration(String text) {
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches() || Long.parseLong(parts.group(1)) == 0) {
      throw new IllegalArgumentException("found '" + text + "', expected for example 500ms or 10s");
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  /**
   * Reads a file.
   *
   * @param environment where {@code ${NAME}} and {@code CREDENTIALS_DIRECTORY} are looked up
   * @throws ConfigException naming file, line, key, what was found and what is expected
   */
  public static Settings read(Path file, Map<String, String> environment) {
    return new ConfigFile.Reader(file, new SecretReferences(environment)).read();
  }
}
