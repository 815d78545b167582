package dev.mien.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the user wants frames from: the value of {@code --source}. */
public sealed interface SourceAddress {
  /** A camera at this machine, over Video4Linux. */
  record Camera(String device) implements SourceAddress {
    @Override
    public String name() {
      return device.substring(device.lastIndexOf('/') + 1);
    }

    @Override
    public Source open(String name) throws IOException {
      return Reconnecting.open(name, life -> Webcam.open(name, device, life), Deadlines.USUAL);
    }

    @Override
    public Source openPatiently(String name) {
      return Reconnecting.patient(name, life -> Webcam.open(name, device, life), Deadlines.USUAL);
    }

    @Override
    public String toString() {
      return device;
    }
  }

  /** A recording: any file that FFmpeg reads. */
  record Video(Path file, StreamOptions options) implements SourceAddress {
    public Video(Path file) {
      this(file, StreamOptions.NONE);
    }

    @Override
    public String name() {
      return file.getFileName().toString();
    }

    @Override
    public Source open(String name) throws IOException {
      return Files.isRegularFile(file)
          ? VideoSource.open(name, file, options)
          : AvSource.pipe(name, file, Deadlines.USUAL);
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  /** RTSP, HTTP or HLS. A stream that has an end is read like a file, every frame of it. */
  record Network(String url) implements SourceAddress {
    @Override
    public String name() {
      Matcher host = Pattern.compile("^[^:]+://(?:[^/]*@)?([^/?]+)").matcher(url);
      return host.find() ? host.group(1) : "network";
    }

    @Override
    public Source open(String name) throws IOException {
      return Reconnecting.open(name, life -> AvSource.network(name, url, life), Deadlines.USUAL);
    }

    @Override
    public Source openPatiently(String name) {
      return Reconnecting.patient(name, life -> AvSource.network(name, url, life), Deadlines.USUAL);
    }

    /** Without credentials. */
    @Override
    public String toString() {
      return Secrets.mask(url);
    }
  }

  /** Pictures, each for itself, in the order of their names. */
  record Pictures(String what, List<Path> files) implements SourceAddress {
    public Pictures {
      files = List.copyOf(files);
    }

    @Override
    public String name() {
      return Path.of(what).getFileName() == null ? what : Path.of(what).getFileName().toString();
    }

    @Override
    public Source open(String name) throws IOException {
      return new PictureSource(name, files);
    }

    @Override
    public String toString() {
      return what;
    }
  }

  /**
   * A moving test picture.
   *
   * @param rate frames a second
   * @param frames how many; null: for ever, in real time
   */
  record TestPattern(int width, int height, double rate, @Nullable Long frames)
      implements SourceAddress {
    @Override
    public String name() {
      return "pattern";
    }

    @Override
    public Source open(String name) {
      PatternSource source = new PatternSource(name, width, height, rate, frames);
      return frames == null ? new Paced(source) : source;
    }
  }

  /** A short name for people and records, free of credentials. */
  String name();

  /**
   * Opens it; a recording that has no end in sight is opened as a live source.
   *
   * @param name what the source is called, instead of its own {@link #name}
   * @throws SourceException saying what is wrong, in one line
   */
  Source open(String name) throws IOException;

  /** Opens it under its own name. */
  default Source open() throws IOException {
    return open(name());
  }

  /**
   * Opens it for a service, which outlives what it watches: a camera or a network stream is not
   * waited for but connected while it is read, and {@link Source#link()} tells how that goes; the
   * rest is opened as ever.
   *
   * @param name as of {@link #open(String)}
   */
  default Source openPatiently(String name) throws IOException {
    return open(name);
  }

  /**
   * Reads the value of {@code --source}.
   *
   * @throws IllegalArgumentException naming what was found and what is known
   */
  static SourceAddress parse(String text) {
    if (text.matches("\\d{1,3}")) {
      return new Camera("/dev/video" + text);
    }
    if (text.startsWith("/dev/video") || isLinkToCamera(text)) {
      return new Camera(text);
    }
    if (text.startsWith("pattern:")) {
      return pattern(text);
    }
    if (text.matches("(?i)(rtsps?|https?)://.+")) {
      return network(text);
    }
    if (text.matches("(?i)[a-z][a-z0-9+.-]+://.*")) {
      throw new IllegalArgumentException(
          "found '%s', known are rtsp://, rtsps://, http:// and https://"
              .formatted(Secrets.mask(text)));
    }
    try {
      return file(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("'" + text + "' is no file name", e);
    }
  }

  /** udev gives cameras names that stay, such as /dev/v4l/by-id/usb-…. */
  private static boolean isLinkToCamera(String text) {
    try {
      return text.startsWith("/dev/")
          && Path.of(text).toRealPath().toString().matches("/dev/video\\d+");
    } catch (IOException | InvalidPathException e) {
      return false;
    }
  }

  private static SourceAddress network(String text) {
    int slashes = text.indexOf("://");
    String scheme = text.substring(0, slashes).toLowerCase(Locale.ROOT);
    String rest = text.substring(slashes + 3);
    String authority = rest.split("[/?#]", 2)[0];
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    // Not shown: what stands there may be a part of the password.
    String path = rest.substring(authority.length()).split("[?#]", 2)[0];
    String torn = rest.substring(authority.length()).replaceFirst("(?<=.)/.*", "");
    boolean broken =
        authority.contains(":")
            && !authority.contains("@")
            && (path.contains("@") || torn.contains("@"));
    if (broken || !host.matches("(?:\\[[0-9a-fA-F:.%]+\\]|[^:\\s]+)(?::\\d{1,5})?")) {
      throw new IllegalArgumentException(
          "no host in this %s:// address, expected %s://[USER:PASSWORD@]HOST[:PORT]/..;"
                  .formatted(scheme, scheme)
              + " in a password, write / as %2F, ? as %3F, # as %23; in a path, @ as %40");
    }
    return new Network(scheme + "://" + rest);
  }

  private static SourceAddress pattern(String text) {
    Matcher parts =
        Pattern.compile(
                "pattern:(?:(\\d{1,4})x(\\d{1,4}))?(?:@(\\d{1,3}(?:\\.\\d+)?))?(?:\\?frames=(\\d{1,9}))?")
            .matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "found '%s', expected pattern: or pattern:WIDTHxHEIGHT@RATE?frames=N".formatted(text));
    }
    int width = parts.group(1) == null ? 640 : Integer.parseInt(parts.group(1));
    int height = parts.group(2) == null ? 360 : Integer.parseInt(parts.group(2));
    double rate = parts.group(3) == null ? 25 : Double.parseDouble(parts.group(3));
    if (width < 64 || height < 64 || width > 7680 || height > 4320 || rate <= 0) {
      throw new IllegalArgumentException(
          "found '%s', expected 64x64 to 7680x4320 and a rate above 0".formatted(text));
    }
    return new TestPattern(
        width, height, rate, parts.group(4) == null ? null : Long.valueOf(parts.group(4)));
  }

  private static SourceAddress file(String text) {
    Path path = Path.of(text);
    if (!text.isEmpty() && Files.isDirectory(path)) {
      return new Pictures(text, PictureFolder.list(text, path, "*"));
    }
    String bare = StreamOptions.without(text);
    if (!bare.equals(text) && !Files.exists(path) && Files.exists(Path.of(bare))) {
      return file(bare) instanceof Video video
          ? new Video(video.file(), StreamOptions.of(text))
          : file(bare);
    }
    Path last = path.getFileName();
    if (!Files.exists(path) && last != null && last.toString().matches(".*[*?\\[{].*")) {
      Path parent = path.toAbsolutePath().getParent();
      return new Pictures(
          text, PictureFolder.list(text, parent == null ? path : parent, last.toString()));
    }
    if (text.isEmpty() || !Files.exists(path)) {
      throw new IllegalArgumentException("there is no file '" + text + "'");
    }
    if (!Files.isReadable(path)) {
      throw new IllegalArgumentException("no permission to read '" + text + "'");
    }
    return isPicture(path) ? new Pictures(text, List.of(path)) : new Video(path);
  }

  private static boolean isPicture(Path file) {
    return Still.named(file);
  }
}
