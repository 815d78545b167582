package dev.mien.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the user wants the frames and observations: the value of {@code --to}. */
public sealed interface SinkAddress {
  /** On the screen. */
  record Window() implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) {
      return WindowSink.open(outlet);
    }

    @Override
    public String toString() {
      return "window";
    }
  }

  /** An annotated video in a file: H.264 in MP4, or in Matroska where its name ends in .mkv. */
  record VideoFile(Path file) implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) {
      double rate = outlet.frameRate().orElse(VideoPart.USUAL_RATE);
      return new RecordingSink(
          file, outlet, Sink.Want.DRAWN, (held, anew) -> new VideoPart(held, rate));
    }

    @Override
    public SinkAddress of(String source) {
      return new VideoFile(OutputFile.of(source, file));
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  /** Observations, one JSON object a line. */
  record JsonLines(Path file) implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) throws IOException {
      return new RecordingSink(file, outlet, Sink.Want.NOTHING, LinesPart::new);
    }

    @Override
    public SinkAddress of(String source) {
      return new JsonLines(OutputFile.of(source, file));
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  /** Observations on the standard output, one JSON object a line. */
  record StandardOutput() implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) throws IOException {
      return new JsonLinesSink("-", outlet.standardOutput());
    }

    @Override
    public String toString() {
      return "-";
    }
  }

  /** A picture of every face, taken when it is first seen. */
  record Snapshots(Path folder) implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) {
      return new FaceFolderSink(folder, outlet);
    }

    @Override
    public String toString() {
      return folder + "/";
    }
  }

  /**
   * A page for browsers, and the addresses for programs behind it.
   *
   * @param host the address of this machine to listen at, without brackets
   * @param port 0 for any that is free
   */
  record Http(String host, int port) implements SinkAddress {
    /** Only this machine, at the usual port. */
    static final Http HERE = new Http("127.0.0.1", 8080);

    @Override
    public Sink open(Outlet outlet) throws IOException {
      return outlet.pages().open(this, outlet.source());
    }

    @Override
    public String toString() {
      return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private static Http parse(String text) {
      Matcher parts =
          Pattern.compile("(?i)http://(?:\\[([0-9a-f:.%]+)\\]|([a-z0-9._-]+)):(\\d{1,5})/?")
              .matcher(text);
      if (!parts.matches() || Integer.parseInt(parts.group(3)) > 65_535) {
        throw new IllegalArgumentException(
            "found '"
                + masked(text)
                + "', expected http, or http://ADDRESS:PORT with an address of this machine"
                + " (0.0.0.0 for all of them)");
      }
      String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
      return new Http(host.toLowerCase(Locale.ROOT), Integer.parseInt(parts.group(3)));
    }
  }

  /**
   * A stream of a server inside Mien: {@code rtsp}, {@code rtsp:PORT} or {@code rtsp:HOST:PORT},
   * each also with {@code /NAME}.
   *
   * @param host the address of this machine to listen on
   * @param port 0 for any
   * @param name of the stream; empty for the source's
   */
  record Rtsp(String host, int port, String name) implements SinkAddress {
    private static final Pattern FORM =
        Pattern.compile(
            "(?i)rtsp(?::(?:(\\[[0-9a-f:.%]+\\]|[^:/\\s\\[\\]]+):)?(\\d{1,5}))?(?:/([A-Za-z0-9._-]+))?");

    private static Rtsp read(Matcher parts) {
      String host =
          parts.group(1) == null ? "127.0.0.1" : parts.group(1).replaceAll("[\\[\\]]", "");
      int port = parts.group(2) == null ? 8554 : Integer.parseInt(parts.group(2));
      if (port > 65535) {
        throw new IllegalArgumentException(
            "rtsp: found port " + port + ", expected 0 to 65535; 0 is any that is free");
      }
      return new Rtsp(host, port, parts.group(3) == null ? "" : parts.group(3));
    }

    @Override
    public Sink open(Outlet outlet) throws IOException {
      String stream = name.isEmpty() ? outlet.fileName().replaceAll("[^A-Za-z0-9._-]", "-") : name;
      return RtspSink.served(outlet.rtsp().stream(host, port, stream), outlet);
    }

    @Override
    public SinkAddress of(String source) {
      return name.isEmpty() ? this : new Rtsp(host, port, name + "-" + source);
    }

    @Override
    public String toString() {
      return "rtsp:" + host + ":" + port + (name.isEmpty() ? "" : "/" + name);
    }
  }

  /** A server elsewhere that takes streams: {@code rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH}. */
  record RtspTarget(String url) implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) throws IOException {
      return new RtspPush(url, toString(), outlet);
    }

    @Override
    public SinkAddress of(String source) {
      int query = url.indexOf('?');
      int end = query < 0 ? url.length() : query;
      return new RtspTarget(url.substring(0, end) + "-" + source + url.substring(end));
    }

    /** Without credentials, which may also be in what is asked for. */
    @Override
    public String toString() {
      return masked(url);
    }

    private static RtspTarget parse(String text) {
      String rest = text.substring(text.indexOf("//") + 2);
      String host = rest.substring(rest.lastIndexOf('@') + 1);
      // Not shown: what stands there may be a part of the password.
      if (!host.matches("(?:\\[[0-9a-fA-F:.%]+\\]|[^:/\\s]+)(?::\\d{1,5})?/[^\\s]+")) {
        throw new IllegalArgumentException(
            "rtsp://: expected rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH, to send the pictures"
                + " to a server there; to serve them here write rtsp or rtsp:HOST:PORT");
      }
      if (host.matches("(?:0\\.0\\.0\\.0|\\[::\\])[:/].*")) {
        throw new IllegalArgumentException(
            "rtsp://: no server can be sent to at "
                + host.replaceFirst("/.*", "")
                + "; to serve the pictures on all addresses write rtsp:0.0.0.0:8554");
      }
      return new RtspTarget("rtsp://" + rest);
    }
  }

  /**
   * Opens it before any work is done.
   *
   * @throws IllegalArgumentException if it cannot be opened for a reason that the user can mend: a
   *     missing folder, no permission, no display
   */
  Sink open(Outlet outlet) throws IOException;

  /** Whether it is one file, which several sources cannot share. */
  default boolean isFile() {
    return this instanceof VideoFile || this instanceof JsonLines;
  }

  /** Whether it is one stream of pictures, which several sources cannot share. */
  default boolean isStream() {
    return this instanceof RtspTarget || this instanceof Rtsp;
  }

  /** Where one of several sources goes, which cannot share a file. */
  default SinkAddress of(String source) {
    return this;
  }

  /**
   * Reads the value of {@code --to}.
   *
   * @throws IllegalArgumentException naming what was found and what is known
   */
  static SinkAddress parse(String text) {
    String low = text.toLowerCase(Locale.ROOT);
    if (low.equals("window")) {
      return new Window();
    }
    if (text.equals("-")) {
      return new StandardOutput();
    }
    if (low.equals("http")) {
      return Http.HERE;
    }
    if (low.startsWith("http:")) {
      return Http.parse(text);
    }
    if (low.startsWith("rtsp://")) {
      return RtspTarget.parse(text);
    }
    Matcher served = Rtsp.FORM.matcher(text);
    if (served.matches()) {
      return Rtsp.read(served);
    }
    if (low.matches("[a-z][a-z0-9+.-]*://.*")) {
      // Not shown: it may hold a password.
      throw unknown(text.substring(0, text.indexOf("://")) + "://***");
    }
    Path path;
    try {
      path = Path.of(text);
    } catch (InvalidPathException e) {
      throw unknown(text);
    }
    if (!text.isEmpty() && (low.endsWith("/") || low.endsWith("\\") || Files.isDirectory(path))) {
      return new Snapshots(path);
    }
    if (low.endsWith(".mp4") || low.endsWith(".mkv")) {
      return new VideoFile(path);
    }
    if (low.endsWith(".jsonl") || low.endsWith(".ndjson")) {
      return new JsonLines(path);
    }
    throw unknown(text);
  }

  /** Without user, password and query, which may hold a token. */
  private static String masked(String address) {
    return address.replaceFirst("//.*@", "//***@").replaceFirst("\\?.*", "?***");
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        "found '"
            + text
            + "', expected window, http, rtsp, rtsp://HOST/PATH, FILE.mp4, FILE.mkv, FILE.jsonl,"
            + " FOLDER/ or - (standard output)");
  }
}
