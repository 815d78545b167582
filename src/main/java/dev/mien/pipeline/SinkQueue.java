package dev.mien.pipeline;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Delivery;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkClosedException;
import dev.mien.sink.SinkException;
import dev.mien.source.Pace;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sink on a thread of its own, behind a queue of its own: a slow one delays nobody (live: its
 * own frames are dropped and counted; recorded: the run waits for it), a broken one is closed and
 * the others go on.
 */
final class SinkQueue {
  /** Enough to ride out a key frame or a flush, little enough to keep 4K frames affordable. */
  private static final int CAPACITY = 4;

  /** A sink that hangs is left behind after this, where the run does not wait for sinks. */
  private static final long PATIENCE_MILLIS = 5_000;

  private static final Logger log = LoggerFactory.getLogger(SinkQueue.class);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private sealed interface Item {}

  private record Picture(Frame frame, Observation observation, long arrived) implements Item {}

  private record End() implements Item {}

  private final Sink sink;
  private final boolean waits;
  private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final Thread thread;
  private final long maxAge;
  private final LongSupplier clock;
  private final LongAdder written = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final LongAdder cpu = new LongAdder();
  private volatile @Nullable Throwable failure;

  /** What a picture takes now; belongs to the thread. */
  private long usual;

  /**
   * @param maxAge nanoseconds that a live frame may be old when a sink that is looked at has it
   * @param clock what frames' ages go by
   */
  SinkQueue(Sink sink, Pace pace, long maxAge, LongSupplier clock) {
    this.sink = sink;
    this.maxAge = maxAge;
    this.clock = clock;
    waits = pace != Pace.LIVE;
    thread = new Thread(this::drain, "mien-sink-" + sink.name());
    thread.setDaemon(true);
    thread.start();
  }

  /** What its sink wants of the next frame; null where it does not get that frame. */
  Sink.@Nullable Want wants() {
    if (failure != null) {
      return null;
    }
    if (!waits && queue.remainingCapacity() == 0) {
      dropped.increment();
      return null;
    }
    return sink.wants();
  }

  /**
   * Hands over a share of it. For the one thread that asked what is wanted.
   *
   * @param arrived when the frame was read, by the clock
   */
  void offer(Pictures pictures, Sink.Want want, long arrived) throws InterruptedException {
    queue.put(new Picture(pictures.as(want), pictures.observation(), arrived));
  }

  private void drain() {
    try {
      boolean more = true;
      try (sink) {
        while (more && failure == null) {
          Item item = queue.take();
          more = item instanceof Picture;
          take(item);
        }
      }
      while (more) {
        Item item = queue.take();
        more = item instanceof Picture;
        release(item);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(Item item) {
    try {
      long start = System.nanoTime();
      long cpuStart = THREADS.getCurrentThreadCpuTime();
      if (item instanceof Picture picture) {
        if (late(picture)) {
          dropped.increment();
          usual -= usual / 4; // It may be quicker again: one is tried in between.
          return;
        }
        sink.write(picture.frame(), picture.observation());
        written.increment();
        usual += (System.nanoTime() - start - usual) / 4;
      } else {
        sink.finish();
      }
      nanos.add(System.nanoTime() - start);
      cpu.add(THREADS.getCurrentThreadCpuTime() - cpuStart);
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      if (!(e instanceof SinkClosedException)) {
        log.error("{}{}", e.getMessage(), item instanceof End ? "" : "; it gets no more frames");
        log.debug("{} failed", sink.name(), e);
      }
    } finally {
      release(item);
    }
  }

  private boolean late(Picture picture) {
    return !waits && sink.shows() && clock.getAsLong() - picture.arrived() + usual > maxAge;
  }

  private void release(Item item) {
    if (item instanceof Picture picture) {
      picture.frame().close();
    }
  }

  /**
   * Lets the sink write what it was given, closes it, and waits for that; for one of a live run not
   * for ever: then that is its failure.
   */
  void end() throws InterruptedException {
    if (waits) {
      queue.put(new End());
      thread.join();
    } else if (queue.offer(new End(), PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      thread.join(PATIENCE_MILLIS);
    }
    if (thread.isAlive()) {
      if (failure == null) {
        SinkException late =
            new SinkException(sink.name() + ": does not take what it was given; left behind");
        failure = late;
        log.error("{}", late.getMessage());
      }
      for (Item item = queue.poll(); item != null; item = queue.poll()) {
        release(item);
      }
      queue.put(new End());
    }
  }

  /** Whether it still writes for somebody, so that the run is worth going on. */
  boolean wanted() {
    return failure == null && sink.suffices();
  }

  Stats.Output stats() {
    Delivery sent = sink.delivery();
    return new Stats.Output(
        sink.name(),
        sent == null ? written.sum() : sent.taken(),
        dropped.sum(),
        sent == null ? 0 : sent.lost(),
        nanos.sum(),
        cpu.sum(),
        sent == null ? "" : sent.trouble(),
        failure);
  }
}
