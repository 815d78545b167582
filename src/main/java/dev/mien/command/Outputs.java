package dev.mien.command;

import dev.mien.sink.Controls;
import dev.mien.sink.Outlet;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.SourceAddress;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** Opens sinks with what the edge has for them. */
final class Outputs {
  // Raw, for a PrintStream hides that its reader has gone.
  private static final OutputStream STANDARD = new FileOutputStream(FileDescriptor.out);

  private Outputs() {}

  static Sink open(SinkAddress sink, SourceAddress source, Controls controls) throws IOException {
    if (sink instanceof SinkAddress.VideoFile video) {
      refuseInput(source, video.file());
    }
    return sink.open(
        new Outlet(source.name(), STANDARD, controls, Path.of("."), OptionalDouble.empty()));
  }

  /** Nobody wants their recording overwritten by its own annotation. */
  static void refuseInput(SourceAddress source, Path output) throws IOException {
    if (source instanceof SourceAddress.Video video
        && Files.exists(output)
        && Files.isSameFile(video.file(), output)) {
      throw new IllegalArgumentException(
          "--to: '" + output + "' is the input itself; name another file");
    }
  }
}
