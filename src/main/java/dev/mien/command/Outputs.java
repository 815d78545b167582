package dev.mien.command;

import dev.mien.rtsp.RtspServers;
import dev.mien.sink.Controls;
import dev.mien.sink.Outlet;
import dev.mien.sink.Pages;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.SourceAddress;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** Opens sinks with what the edge has for them. */
final class Outputs {
  // Not a PrintStream, which hides that its reader has gone. A line is one write and one flush, so
  // that the lines of several sources do not mix.
  private static final OutputStream STANDARD =
      new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));

  private Outputs() {}

  /**
   * @param source its name
   */
  static Sink open(SinkAddress sink, String source, Run run) throws IOException {
    return open(sink, source, run, Pages.NONE);
  }

  /**
   * @param source its name
   */
  static Sink open(SinkAddress sink, String source, Run run, Pages pages) throws IOException {
    return open(sink, source, run, pages, run.rtsp());
  }

  /**
   * @param source its name
   */
  static Sink open(
      SinkAddress sink, String source, Controls controls, Pages pages, RtspServers rtsp)
      throws IOException {
    return sink.open(
        new Outlet(source, STANDARD, controls, Path.of("."), OptionalDouble.empty(), pages, rtsp));
  }

  /** Nobody wants their recording overwritten by its own annotation. */
  static void refuseInput(SourceAddress source, SinkAddress sink) throws IOException {
    if (source instanceof SourceAddress.Video input
        && sink instanceof SinkAddress.VideoFile output
        && Files.exists(output.file())
        && Files.isSameFile(input.file(), output.file())) {
      throw new IllegalArgumentException(
          "--to: '" + output.file() + "' is the input itself; name another file");
    }
  }
}
