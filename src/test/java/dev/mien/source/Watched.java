package dev.mien.source;

import dev.mien.frame.Frame;
import dev.mien.source.ConnectionState.State;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A live source that a thread reads, and what one sees of it from outside. */
final class Watched implements AutoCloseable {
  private final Source source;
  private final Thread thread;
  private final AtomicLong frames = new AtomicLong();
  private volatile long last;
  private volatile long begin;
  private volatile long longestGap;
  private volatile long error;
  private volatile boolean ordered = true;

  private Watched(Source source) {
    this.source = source;
    thread = new Thread(this::read, "watched " + source.name());
    thread.setDaemon(true);
    thread.start();
  }

  static Watched open(String name, String url, Deadlines limits) {
    return new Watched(
        Reconnecting.patient(name, life -> AvSource.network(name, url, life), limits));
  }

  private void read() {
    long timestamp = -1;
    try {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        try (Frame read = frame) {
          long now = System.nanoTime();
          if (frames.get() == 0) {
            begin = now;
          } else {
            longestGap = Math.max(longestGap, now - last);
          }
          if (read.timestamp() <= timestamp) {
            ordered = false;
          }
          timestamp = read.timestamp();
          error = Math.abs(now - begin - timestamp);
          last = now;
          frames.incrementAndGet();
        }
      }
    } catch (IOException e) {
      // Its link says why.
    }
  }

  ConnectionState link() {
    return source.link();
  }

  long frames() {
    return frames.get();
  }

  /** By how much the last timestamp is off real time, in nanoseconds. */
  long error() {
    return error;
  }

  boolean ordered() {
    return ordered;
  }

  /** The longest wait for a frame since this was asked last, in nanoseconds. */
  long longestGap() {
    long gap = longestGap;
    longestGap = 0;
    return gap;
  }

  /** Waits for a state; gives the nanoseconds that it took. */
  long await(State state) {
    long from = System.nanoTime();
    while (source.link().state() != state) {
      tick(from, state.toString());
    }
    return System.nanoTime() - from;
  }

  /** Waits for so many more frames; gives the nanoseconds that it took. */
  long await(long more) {
    long from = System.nanoTime();
    long until = frames.get() + more;
    while (frames.get() < until) {
      tick(from, more + " frames");
    }
    return System.nanoTime() - from;
  }

  private void tick(long from, String what) {
    if (System.nanoTime() - from > 60_000_000_000L) {
      throw new AssertionError(source.name() + ": no " + what + " but " + source.link());
    }
    LockSupport.parkNanos(1_000_000);
  }

  @Override
  public void close() {
    source.close();
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
