package dev.mien.source;

import dev.mien.frame.Frame;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Plays a source in real time: each frame comes when its timestamp is due. */
public final class Paced implements Source {
  private static final long MILLI = 1_000_000L;

  private final Source source;
  private boolean started;
  private long offset;
  private boolean closed;

  /** Takes over the source. */
  public Paced(Source source) {
    this.source = source;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public Pace pace() {
    return Pace.LIVE;
  }

  @Override
  public boolean stills() {
    return source.stills();
  }

  @Override
  public ConnectionState link() {
    return source.link();
  }

  @Override
  public @Nullable Frame read() throws IOException {
    Frame frame = source.read();
    if (frame != null && !await(frame.timestamp())) {
      frame.close();
      return null;
    }
    return frame;
  }

  /** Whether the time came; false if the source was closed first. */
  private synchronized boolean await(long timestamp) {
    if (!started) {
      started = true;
      offset = System.nanoTime() - timestamp;
    }
    try {
      for (long left = timestamp + offset - System.nanoTime();
          left > 0 && !closed;
          left = timestamp + offset - System.nanoTime()) {
        wait(left / MILLI, (int) (left % MILLI));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return !closed;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    source.close();
  }
}
