package dev.mien.source;

import dev.mien.frame.Frame;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Plays a recording again and again; numbers and times go on. */
public final class Looped implements Source {
  private static final long USUAL_STEP = 40_000_000L;

  private final SourceAddress address;
  private final String name;
  private Source source;
  private long sequence;
  private long offset;
  private long last;
  private long step = USUAL_STEP;
  private boolean fresh;
  private boolean closed;

  public Looped(SourceAddress address, String name) throws IOException {
    this.address = address;
    this.name = name;
    source = address.open(name);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized Pace pace() {
    return source.pace();
  }

  @Override
  public boolean stills() {
    return current().stills();
  }

  @Override
  public ConnectionState link() {
    return current().link();
  }

  @Override
  public @Nullable Frame read() throws IOException {
    Frame frame = current().read();
    if (frame == null && again()) {
      frame = current().read();
    }
    if (frame == null) {
      return null;
    }
    if (fresh) {
      offset = last + step - frame.timestamp();
      fresh = false;
    }
    long time = frame.timestamp() + offset;
    step = sequence == 0 || time <= last ? step : time - last;
    last = time;
    return frame.renumbered(sequence++, time);
  }

  private synchronized Source current() {
    return source;
  }

  private synchronized boolean again() throws IOException {
    if (closed) {
      return false;
    }
    source.close();
    source = address.open(name);
    fresh = true;
    return true;
  }

  @Override
  public synchronized void close() {
    closed = true;
    source.close();
  }
}
