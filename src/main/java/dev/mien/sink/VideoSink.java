package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The annotated video in a file. Its first frame is at 0, the others as far from it as in the
 * stream, to within a millisecond; a frame that is not later than the one before comes a
 * millisecond after it.
 *
 * <p>The first frame gives the size of its {@link Canvas}; the others are fitted into it.
 */
final class VideoSink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(VideoSink.class);

  /** Frames a second where the source does not say; only a hint to players. */
  static final double USUAL_RATE = 30;

  /** A millisecond: the finest time that Matroska keeps. */
  private static final int STEP = Encoder.TICKS / 1000;

  private static final double TICKS_A_NANOSECOND = Encoder.TICKS / 1e9;
  private final Path file;
  private final double frameRate;
  private final boolean existed;
  private @Nullable Canvas canvas;
  private @Nullable Encoder encoder;
  private long start;
  private long last;
  private boolean closed;

  VideoSink(Path file, double frameRate) {
    this.file = file;
    this.frameRate = Math.min(Math.max(frameRate, 1), 240);
    existed = Files.exists(file);
    try {
      OutputFile.open(file).close();
    } catch (IOException e) {
      throw new IllegalArgumentException("--to " + file + ": " + OutputFile.reason(e), e);
    }
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    if (closed) {
      throw new SinkException(file + ": is closed");
    }
    Encoder open = encoder;
    Canvas fitting = canvas;
    if (open == null || fitting == null) {
      fitting = new Canvas(Canvas.sizeFor(frame.size()));
      canvas = fitting;
      open = new Encoder(file, fitting.size(), frameRate);
      encoder = open;
      start = frame.timestamp();
      last = -STEP;
    }
    last = Math.max(last + STEP, Math.round((frame.timestamp() - start) * TICKS_A_NANOSECOND));
    open.encode(fitting.fitted(frame), last);
  }

  @Override
  public void finish() throws IOException {
    if (encoder != null) {
      encoder.finish();
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (canvas != null) {
      canvas.close();
    }
    try {
      if (encoder != null) {
        encoder.close();
      }
      // Without a frame, or on a full disk: an empty file would only look like a video.
      if (!existed && Files.exists(file) && Files.size(file) == 0) {
        Files.delete(file);
      }
    } catch (IOException e) {
      log.warn("{}: is empty, and stays: {}", file, OutputFile.reason(e));
    }
  }
}
