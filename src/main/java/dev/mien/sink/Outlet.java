package dev.mien.sink;

import dev.mien.rtsp.RtspServers;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * What a sink needs from the edge of the program.
 *
 * @param source the name of the source, free of credentials: titles and file names are made of it
 * @param standardOutput where {@code -} writes; a raw stream, for a {@code PrintStream} hides that
 *     its reader has gone. No sink closes it.
 * @param controls what the keys of a window do
 * @param snapshotFolder where the window's snapshots go
 * @param frameRate of the source in frames a second, where it has one; a hint, for times are the
 *     frames' own
 * @param pages who shows them on a page
 * @param rtsp where streams are served; the sinks of a run share it, and so its ports
 */
public record Outlet(
    String source,
    OutputStream standardOutput,
    Controls controls,
    Path snapshotFolder,
    OptionalDouble frameRate,
    Pages pages,
    RtspServers rtsp) {
  /** The source's name as part of a file name: {@code rtsp://door/1} is {@code rtsp-door-1}. */
  String fileName() {
    String name = source.replaceAll("[^\\p{L}\\p{N}._-]+", "-").replaceAll("^[-.]+|-+$", "");
    return name.isEmpty() ? "source" : name.substring(0, Math.min(name.length(), 80));
  }
}
