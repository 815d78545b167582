package dev.mien.sink;

import dev.mien.rtsp.RtspServers;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.function.Supplier;

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
 * @param away why no frames come, in one line without credentials; empty where they do, or where
 *     that is not known
 * @param patient whether a server elsewhere that does not accept user or password is asked again
 *     later, and a disk that is full waited for, as a service does; otherwise that ends the sink
 * @param recording how files are cut, and what is kept of them
 */
public record Outlet(
    String source,
    OutputStream standardOutput,
    Controls controls,
    Path snapshotFolder,
    OptionalDouble frameRate,
    Pages pages,
    RtspServers rtsp,
    Supplier<String> away,
    boolean patient,
    Recording recording) {
  /** The source's name as part of a file name: {@code rtsp://door/1} is {@code rtsp-door-1}. */
  String fileName() {
    String name = source.replaceAll("[^\\p{L}\\p{N}._-]+", "-").replaceAll("^[-.]+|-+$", "");
    return name.isEmpty() ? "source" : name.substring(0, Math.min(name.length(), 80));
  }
}
