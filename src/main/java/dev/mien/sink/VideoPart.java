package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The annotated video in a file. Its first frame is at 0, the others as far from it as in the
 * stream, to within a millisecond; a frame that is not later than the one before comes a
 * millisecond after it.
 *
 * <p>The first frame gives the size of its {@link Canvas}; the others are fitted into it.
 */
final class VideoPart implements RecordingSink.Part {
  /** Frames a second where the source does not say; only a hint to players. */
  static final double USUAL_RATE = 30;

  /** A millisecond: the finest time that Matroska keeps. */
  private static final int STEP = Encoder.TICKS / 1000;

  private static final double TICKS_A_NANOSECOND = Encoder.TICKS / 1e9;

  private final Held file;
  private final double frameRate;
  private @Nullable Canvas canvas;
  private @Nullable Encoder encoder;
  private long start;
  private long last;

  /**
   * @param frameRate a hint
   */
  VideoPart(Held file, double frameRate) {
    this.file = file;
    this.frameRate = Math.min(Math.max(frameRate, 1), 240);
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    Encoder open = encoder;
    Canvas fitting = canvas;
    if (open == null || fitting == null) {
      fitting = new Canvas(Canvas.sizeFor(frame.size()));
      canvas = fitting;
      open = new Encoder(file.file(), fitting.size(), frameRate);
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
  public void abandon() {
    if (encoder != null) {
      encoder.abandon();
    }
  }

  @Override
  public void close() {
    if (canvas != null) {
      canvas.close();
    }
    if (encoder != null) {
      encoder.close();
    }
  }
}
