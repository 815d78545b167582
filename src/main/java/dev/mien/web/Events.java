package dev.mien.web;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Server-sent events (WHATWG, HTML, "Server-sent events") to one reader. One who does not keep up
 * loses the oldest.
 */
final class Events {
  private static final int MOST = 64;

  private final Response response;
  private final Callback done;
  private final Executor executor;
  private final Deque<byte[]> pending = new ArrayDeque<>();
  private boolean writing;
  private boolean ending;
  private boolean ended;

  /**
   * @param done told once, when no more is written
   */
  Events(Response response, Callback done, Executor executor) {
    this.response = response;
    this.done = done;
    this.executor = executor;
  }

  void offer(byte[] event) {
    synchronized (this) {
      if (ending) {
        return;
      }
      if (pending.size() == MOST) {
        pending.remove();
      }
      pending.add(event);
      if (writing) {
        return;
      }
      writing = true;
    }
    executor.execute(this::write);
  }

  /** Nothing more comes. */
  void end() {
    synchronized (this) {
      ending = true;
      if (writing) {
        return;
      }
      writing = true;
    }
    executor.execute(this::write);
  }

  private void write() {
    ByteBuffer bytes;
    boolean last;
    synchronized (this) {
      last = ending && pending.isEmpty();
      if (ended || (pending.isEmpty() && !last)) {
        writing = false;
        return;
      }
      ended = last;
      bytes = ByteBuffer.allocate(pending.stream().mapToInt(e -> e.length).sum());
      pending.forEach(bytes::put);
      pending.clear();
      bytes.flip();
    }
    response.write(last, bytes, last ? done : Callback.from(this::write, this::fail));
  }

  private void fail(Throwable failure) {
    synchronized (this) {
      ending = true;
      ended = true;
      pending.clear();
    }
    done.failed(failure);
  }
}
