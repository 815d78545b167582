package dev.mien.pipeline;

import dev.mien.frame.Frame;
import dev.mien.source.Pace;
import dev.mien.track.Tracker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way of one source's frames to the workers, and out again in the order of their reading. Of a
 * live source only the newest frame waits, so that what is worked on is never older than one frame;
 * a recorded one makes its reader wait. The pool's lock guards it.
 */
final class SourceQueue {
  /**
   * A frame that a worker has in hand, or has done.
   *
   * @param arrived when it was read
   * @param charged how much of the workers' time its queue was charged in advance
   * @param seen null if nobody looked for faces in it
   */
  record Job(
      SourceQueue queue,
      Frame frame,
      long arrived,
      long charged,
      CompletableFuture<Worker.@Nullable Seen> seen) {}

  private record Waiting(Frame frame, long arrived) {}

  private final WorkerPool pool;
  private final Meter meter;
  private final ReentrantLock lock;
  private final Condition room;
  private final Condition ordered;
  private final Tracker tracker;
  private final boolean newestOnly;
  private final long maxAge;
  private final LoadMeter gauge;
  private final int capacity;
  private final int mostInHand;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Deque<Job> inHand = new ArrayDeque<>();
  private boolean ended;
  private long turn;
  private long usualCost;
  private int sinceLook;
  private volatile Effort effort = Effort.FULL;

  /**
   * @param maxAge nanoseconds after which a frame of a live source is not worth a look any more
   * @param every whether every frame has to be looked at
   */
  SourceQueue(
      WorkerPool pool, Pace pace, Meter meter, Tracker tracker, long maxAge, boolean every) {
    this.pool = pool;
    this.meter = meter;
    this.tracker = tracker;
    this.maxAge = maxAge;
    gauge = new LoadMeter(meter, maxAge, every);
    lock = pool.lock;
    room = lock.newCondition();
    ordered = lock.newCondition();
    newestOnly = pace == Pace.LIVE;
    capacity = newestOnly ? 1 : Math.max(1, pool.size());
    mostInHand = pool.size() + 2; // One for each worker, one in order, one at the observer's.
  }

  /**
   * Takes over the frame.
   *
   * @return how many older frames it pushed out
   */
  int put(Frame frame) throws InterruptedException {
    int pushedOut = 0;
    lock.lock();
    try {
      while (!ended && waiting.size() == capacity) {
        if (newestOnly) {
          waiting.remove().frame().close();
          pushedOut++;
        } else {
          room.await();
        }
      }
      sinceLook++;
      if (ended) {
        frame.close();
      } else if (sinceLook < effort.detectEvery() && pushedOut == 0 && inHand.size() < mostInHand) {
        inHand.add(new Job(this, frame, meter.now(), 0, CompletableFuture.completedFuture(null)));
        ordered.signalAll();
      } else {
        waiting.add(new Waiting(frame, meter.now()));
        pool.wake(this);
      }
      return pushedOut;
    } finally {
      lock.unlock();
    }
  }

  boolean ready() {
    return !waiting.isEmpty() && inHand.size() < mostInHand;
  }

  /**
   * Nanoseconds of the workers that it had, or would have had; what is under way as it usually is.
   */
  long turn() {
    return turn;
  }

  void atLeast(long now) {
    turn = Math.max(turn, now);
  }

  /**
   * The next frame for a worker, queued in order in the same step; null if it has waited too long.
   * Under the lock.
   */
  @Nullable Job take() {
    Waiting next = waiting.remove();
    if (newestOnly && meter.now() - next.arrived() > maxAge) {
      next.frame().close();
      meter.drop(Drop.LATE, 1);
      ordered.signalAll();
      return null;
    }
    sinceLook = 0;
    Job job = new Job(this, next.frame(), next.arrived(), usualCost, new CompletableFuture<>());
    inHand.add(job);
    turn += usualCost;
    room.signalAll();
    ordered.signalAll();
    return job;
  }

  void process(Job job, Worker worker) {
    long start = meter.now();
    try {
      job.seen().complete(worker.look(job.frame(), meter, effort.sparing() ? tracker : null));
    } catch (RuntimeException | Error e) {
      job.seen().completeExceptionally(e);
    }
    long cost = meter.now() - start;
    lock.lock();
    try {
      turn += cost - job.charged();
      usualCost = cost;
      pool.balance();
    } finally {
      lock.unlock();
    }
  }

  boolean live() {
    return newestOnly;
  }

  /** What it asked for since the last call; under the lock. */
  Balance.Load load() {
    return gauge.load(effort);
  }

  Effort effort() {
    return effort;
  }

  void make(Effort decided) {
    effort = decided;
  }

  /** The oldest job, which stays in hand until it is {@link #done}; null when no more come. */
  @Nullable Job oldest() throws InterruptedException {
    lock.lock();
    try {
      while (inHand.isEmpty() && !(ended && waiting.isEmpty())) {
        ordered.await();
      }
      return inHand.peek();
    } finally {
      lock.unlock();
    }
  }

  /** The oldest job has been observed. */
  void done() {
    lock.lock();
    try {
      inHand.remove();
      pool.wake(this);
    } finally {
      lock.unlock();
    }
  }

  /** When the oldest frame that is under way was read; null if none is. */
  @Nullable Long since() {
    lock.lock();
    try {
      Job job = inHand.peek();
      return job == null ? null : job.arrived();
    } finally {
      lock.unlock();
    }
  }

  /** No more frames come; those that wait are still worked on. */
  void end() {
    lock.lock();
    try {
      ended = true;
      room.signalAll();
      ordered.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** No more frames come, and none is worked on any more when this returns. */
  void abort() {
    List<Job> left;
    lock.lock();
    try {
      waiting.forEach(w -> w.frame().close());
      waiting.clear();
      end();
      left = List.copyOf(inHand);
      inHand.clear();
    } finally {
      lock.unlock();
    }
    for (Job job : left) {
      job.seen().handle((seen, failure) -> seen).join();
      job.frame().close();
    }
  }
}
