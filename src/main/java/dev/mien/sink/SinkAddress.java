package dev.mien.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/** Where the user wants the frames and observations: the value of {@code --to}. */
public sealed interface SinkAddress {
  /** On the screen. */
  record Window() implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) {
      return WindowSink.open(outlet);
    }
  }

  /** An annotated video in a file: H.264 in MP4, or in Matroska where its name ends in .mkv. */
  record VideoFile(Path file) implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) {
      return new VideoSink(file, outlet.frameRate().orElse(VideoSink.USUAL_RATE));
    }

    @Override
    public SinkAddress of(String source) {
      return new VideoFile(OutputFile.of(source, file));
    }
  }

  /** Observations, one JSON object a line. */
  record JsonLines(Path file) implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) throws IOException {
      return JsonLinesSink.toFile(file);
    }

    @Override
    public SinkAddress of(String source) {
      return new JsonLines(OutputFile.of(source, file));
    }
  }

  /** Observations on the standard output, one JSON object a line. */
  record StandardOutput() implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) throws IOException {
      return JsonLinesSink.toStream("-", outlet.standardOutput());
    }
  }

  /** A picture of every face, taken when it is first seen. */
  record Snapshots(Path folder) implements SinkAddress {
    @Override
    public Sink open(Outlet outlet) {
      return new SnapshotSink(folder, outlet.fileName());
    }
  }

  /**
   * Opens it before any work is done.
   *
   * @throws IllegalArgumentException if it cannot be opened for a reason that the user can mend: a
   *     missing folder, no permission, no display
   */
  Sink open(Outlet outlet) throws IOException;

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

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        "--to: found '"
            + text
            + "', expected window, FILE.mp4, FILE.mkv, FILE.jsonl, FOLDER/ or - (standard output)");
  }
}
