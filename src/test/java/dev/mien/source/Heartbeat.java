package dev.mien.source;

import java.util.concurrent.locks.LockSupport;

/** A thread that only waits, as often as a camera sends: how long the machine itself pauses. */
final class Heartbeat implements AutoCloseable {
  private final Thread thread = new Thread(this::beat, "heartbeat");
  private volatile boolean closed;
  private volatile long longestGap;

  Heartbeat() {
    thread.setDaemon(true);
    thread.start();
  }

  private void beat() {
    long last = System.nanoTime();
    while (!closed) {
      LockSupport.parkNanos(last + RtspCamera.STEP_NANOS - System.nanoTime());
      long now = System.nanoTime();
      if (now - last >= RtspCamera.STEP_NANOS) {
        longestGap = Math.max(longestGap, now - last);
        last = now;
      }
    }
  }

  /** The longest from one beat to the next since this was asked last, in nanoseconds. */
  long longestGap() {
    long gap = longestGap;
    longestGap = 0;
    return gap;
  }

  @Override
  public void close() {
    closed = true;
  }
}
