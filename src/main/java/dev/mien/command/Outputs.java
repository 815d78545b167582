package dev.mien.command;

import dev.mien.rtsp.RtspServers;
import dev.mien.sink.Controls;
import dev.mien.sink.Outlet;
import dev.mien.sink.Pages;
import dev.mien.sink.Recording;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.ConnectionState;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Opens sinks with what the edge has for them. */
final class Outputs {
  // Not a PrintStream, which hides that its reader has gone. A line is one write and one flush, so
  // that the lines of several sources do not mix.
  private static final OutputStream STANDARD =
      new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));

  private final Controls controls;
  private final Pages pages;
  private final RtspServers rtsp;
  private final boolean patient;
  private final Recording recording;
  private final Map<String, Source> sources = new ConcurrentHashMap<>();

  /**
   * @param patient whether a server elsewhere that refuses is asked again later, and a full disk
   *     waited for
   */
  Outputs(Controls controls, Pages pages, RtspServers rtsp, boolean patient, Recording recording) {
    this.controls = controls;
    this.pages = pages;
    this.rtsp = rtsp;
    this.patient = patient;
    this.recording = recording;
  }

  /** Of a run that somebody waits for. */
  Outputs(Run run, Pages pages) {
    this(run, pages, Recording.plain(Clock.system(ZoneId.systemDefault())));
  }

  /** Of a run that somebody waits for. */
  Outputs(Run run, Pages pages, Recording recording) {
    this(run, pages, run.rtsp(), false, recording);
  }

  /**
   * @param source its name
   */
  Sink open(SinkAddress sink, String source) throws IOException {
    return sink.open(
        new Outlet(
            source,
            STANDARD,
            controls,
            Path.of("."),
            OptionalDouble.empty(),
            pages,
            rtsp,
            () -> away(source),
            patient,
            recording));
  }

  /** From now on the outputs can say why no frames come. */
  void opened(String name, Source source) {
    sources.put(name, source);
  }

  /** Without the address, which is too long for a picture. */
  private String away(String name) {
    Source source = sources.get(name);
    ConnectionState link = source == null ? null : source.link();
    return link == null || link.state() == ConnectionState.State.UP
        ? ""
        : link.reason().replaceFirst("^(?:\\S+://\\S+|" + Pattern.quote(name) + "): ", "");
  }

  /**
   * Nobody wants their recording overwritten by its own annotation.
   *
   * @return the sink
   */
  static SinkAddress refuseInput(SourceAddress source, SinkAddress sink) throws IOException {
    if (source instanceof SourceAddress.Video input
        && sink instanceof SinkAddress.VideoFile output
        && Files.exists(output.file())
        && Files.isSameFile(input.file(), output.file())) {
      throw new IllegalArgumentException(
          "'" + output.file() + "' is the input itself; name another file");
    }
    return sink;
  }
}
