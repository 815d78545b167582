package dev.mien.pipeline;

import dev.mien.frame.Frame;
import dev.mien.source.Pace;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Where the reader leaves frames for the workers. A live one keeps only the newest, so that what is
 * worked on is never older than one frame; a recorded one makes the reader wait.
 */
final class Inlet {
  private final Deque<Frame> waiting = new ArrayDeque<>();
  private final boolean newestOnly;
  private final int capacity;
  private boolean ended;

  Inlet(Pace pace, int capacity) {
    newestOnly = pace == Pace.LIVE;
    this.capacity = newestOnly ? 1 : capacity;
  }

  /**
   * Takes over the frame.
   *
   * @return how many older frames it pushed out
   */
  synchronized int put(Frame frame) throws InterruptedException {
    int pushedOut = 0;
    while (!ended && waiting.size() == capacity) {
      if (newestOnly) {
        waiting.remove().close();
        pushedOut++;
      } else {
        wait();
      }
    }
    if (ended) {
      frame.close();
    } else {
      waiting.add(frame);
      notifyAll();
    }
    return pushedOut;
  }

  /** The next frame, which the caller then owns; null when no more come. */
  synchronized @Nullable Frame take() throws InterruptedException {
    while (!ended && waiting.isEmpty()) {
      wait();
    }
    Frame frame = waiting.poll();
    notifyAll();
    return frame;
  }

  /** No more frames come; those that wait are still given out. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** No more frames come, and none is given out. */
  synchronized void abort() {
    waiting.forEach(Frame::close);
    waiting.clear();
    end();
  }
}
