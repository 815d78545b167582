package dev.mien.pipeline;

import dev.mien.classify.Crop;
import dev.mien.detect.ShotDetector;
import dev.mien.face.Classification;
import dev.mien.frame.Frame;
import dev.mien.source.Pace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one source between its reader, the workers and its observer, who gets them in their
 * order. Live: what no worker has begun when a newer one comes is dropped. Recorded: a full queue
 * makes its reader wait. The pool's lock guards it.
 */
final class SourceQueue {
  /** The look frames that an observer of a recording holds while the models are asked. */
  static final int AHEAD = 3;

  /** A frame on its way. */
  static final class Job {
    private final SourceQueue queue;
    private final Frame frame;
    private final long arrived;
    private final boolean cut;
    private final boolean look;
    private final CompletableFuture<Nets.Found> found = new CompletableFuture<>();
    private boolean begun;

    private Job(SourceQueue queue, Frame frame, long arrived, boolean cut, boolean look) {
      this.queue = queue;
      this.frame = frame;
      this.arrived = arrived;
      this.cut = cut;
      this.look = look;
      this.begun = !look;
    }

    SourceQueue queue() {
      return queue;
    }

    Frame frame() {
      return frame;
    }

    /** When it was read. */
    long arrived() {
      return arrived;
    }

    /** Whether it begins another shot. */
    boolean cut() {
      return cut;
    }

    /** Whether faces are looked for in it. */
    boolean look() {
      return look;
    }

    CompletableFuture<Nets.Found> found() {
      return found;
    }
  }

  private record Ask(List<Crop> crops, CompletableFuture<List<List<Classification>>> answers) {}

  /** Work for a thread of the pool. */
  interface Task {
    void run(int thread);
  }

  private final WorkerPool pool;
  private final List<Nets> nets;
  private final Meter meter;
  private final ReentrantLock lock;
  private final Condition room;
  private final Condition ordered;
  private final boolean newestOnly;
  private final long maxAge;
  private final LoadMeter gauge;
  private final int mostLooks;
  private final boolean fixed;
  private final ShotDetector shots = new ShotDetector();
  private final Deque<Job> waiting = new ArrayDeque<>();
  private final Deque<Ask> asks = new ArrayDeque<>();

  /** In their order; those that the observer has begun are the first. */
  private final List<Job> inHand = new ArrayList<>();

  private int observing;
  private int looksInHand;
  private int framesSinceLook;
  private long lookedAt = Long.MIN_VALUE;
  private boolean ended;
  private long turn;
  private long usualCost;
  private volatile Effort effort;

  /**
   * @param nets for each thread of the pool
   * @param maxAge nanoseconds after which a frame of a live source is not worth a look any more
   * @param effort to begin with; of a live source it may be lowered under load
   * @param fixed whether it stays as it is
   */
  SourceQueue(
      WorkerPool pool,
      List<Nets> nets,
      Pace pace,
      Meter meter,
      long maxAge,
      Effort effort,
      boolean fixed) {
    this.pool = pool;
    this.nets = List.copyOf(nets);
    this.meter = meter;
    this.maxAge = maxAge;
    this.effort = effort;
    this.fixed = fixed;
    gauge = new LoadMeter(meter, maxAge, fixed);
    lock = pool.lock;
    room = lock.newCondition();
    ordered = lock.newCondition();
    newestOnly = pace == Pace.LIVE;
    // One for each worker, one in order, one at the observer's; and what he holds.
    mostLooks = pool.size() + 2 + (newestOnly ? 0 : AHEAD + Math.max(1, pool.size()));
  }

  /**
   * Takes over the frame. For one thread, in the order of the frames.
   *
   * @return how many older frames it pushed out
   */
  int put(Frame frame) throws InterruptedException {
    boolean cut = shots.isCut(frame);
    int pushedOut = 0;
    lock.lock();
    try {
      while (!ended && !newestOnly && looksInHand >= mostLooks) {
        room.await();
      }
      if (ended) {
        frame.close();
        return 0;
      }
      if (!waiting.isEmpty() && newestOnly) {
        cut |= forget(waiting.remove());
        pushedOut++;
      }
      boolean must = cut || pushedOut > 0 || (newestOnly && inHand.size() >= mostLooks);
      Job job = new Job(this, frame, meter.now(), cut, looks(frame, must));
      inHand.add(job);
      if (job.look) {
        looksInHand++;
        waiting.add(job);
        pool.wake(this);
      } else {
        job.found.complete(Nets.Found.NOTHING);
        ordered.signalAll();
      }
      return pushedOut;
    } finally {
      lock.unlock();
    }
  }

  private boolean looks(Frame frame, boolean must) {
    framesSinceLook++;
    boolean look =
        must
            || lookedAt == Long.MIN_VALUE
            || effort.looks(framesSinceLook, frame.timestamp() - lookedAt);
    // Live, it counts when a worker really begins it: so cameras do not all look at one moment.
    if (look && !newestOnly) {
      looked(frame);
    }
    return look;
  }

  private void looked(Frame frame) {
    framesSinceLook = 0;
    lookedAt = frame.timestamp();
  }

  /** A frame that nobody has begun is dropped; gives whether it had begun another shot. */
  private boolean forget(Job job) {
    inHand.remove(job);
    looksInHand--;
    job.frame.close();
    return job.cut;
  }

  boolean ready() {
    return !asks.isEmpty()
        || (!waiting.isEmpty() && (!newestOnly || inHand.size() - waiting.size() < mostLooks));
  }

  /** Nanoseconds of the workers that it had, or would have had; what is under way as usual. */
  long turn() {
    return turn;
  }

  void atLeast(long now) {
    turn = Math.max(turn, now);
  }

  /**
   * The next work for a thread; null if the frame has waited too long. What the observer waits for
   * comes first. Under the lock.
   */
  @Nullable Task take() {
    Ask ask = asks.poll();
    if (ask != null) {
      return thread -> answer(ask, nets.get(thread));
    }
    Job next = waiting.remove();
    if (newestOnly && meter.now() - next.arrived > maxAge) {
      forget(next);
      meter.drop(Drop.LATE, 1);
      ordered.signalAll();
      return null;
    }
    next.begun = true;
    if (newestOnly) {
      looked(next.frame);
    }
    long charged = usualCost;
    turn += charged;
    ordered.signalAll();
    return thread -> look(next, nets.get(thread), charged);
  }

  private void look(Job job, Nets own, long charged) {
    Meter.Lap lap = meter.begin();
    try {
      job.found.complete(own.detect(job.frame, !effort.everyFace()));
    } catch (RuntimeException | Error e) {
      job.found.completeExceptionally(e);
    }
    long cost = meter.end(Stage.DETECT, lap);
    charge(cost - charged);
    usualCost = cost;
  }

  private void answer(Ask ask, Nets own) {
    Meter.Lap lap = meter.begin();
    try {
      ask.answers().complete(own.classify(ask.crops()));
    } catch (RuntimeException | Error e) {
      ask.answers().completeExceptionally(e);
    }
    charge(meter.end(Stage.CLASSIFY, lap));
  }

  private void charge(long nanos) {
    lock.lock();
    try {
      turn += nanos;
      pool.balance();
    } finally {
      lock.unlock();
    }
  }

  /** Has a worker ask the models. */
  CompletableFuture<List<List<Classification>>> ask(List<Crop> crops) {
    Ask ask = new Ask(crops, new CompletableFuture<>());
    lock.lock();
    try {
      asks.add(ask);
      pool.wake(this);
    } finally {
      lock.unlock();
    }
    return ask.answers();
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
    effort = fixed ? effort : decided;
  }

  /** The next job, which stays in hand until it is {@link #done}; null when no more come. */
  @Nullable Job next() throws InterruptedException {
    lock.lock();
    try {
      while (inHand.size() == observing ? !ended : !inHand.get(observing).begun) {
        ordered.await();
      }
      return inHand.size() == observing ? null : inHand.get(observing++);
    } finally {
      lock.unlock();
    }
  }

  /** The job has been observed, or is not to be: its frame is closed. */
  void done(Job job) {
    lock.lock();
    try {
      inHand.remove(job);
      observing--;
      job.frame.close();
      if (job.look) {
        looksInHand--;
        room.signalAll();
      }
      pool.wake(this);
    } finally {
      lock.unlock();
    }
  }

  /** When the oldest frame that is under way was read; null if none is. */
  @Nullable Long since() {
    lock.lock();
    try {
      return inHand.isEmpty() || !inHand.get(0).begun ? null : inHand.get(0).arrived;
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
  void abort(List<CompletableFuture<?>> asked) {
    List<Job> left;
    lock.lock();
    try {
      waiting.forEach(job -> job.found.cancel(false));
      waiting.clear();
      asks.forEach(ask -> ask.answers().cancel(false));
      asks.clear();
      end();
      left = List.copyOf(inHand);
      inHand.clear();
      observing = 0;
    } finally {
      lock.unlock();
    }
    asked.forEach(SourceQueue::await);
    for (Job job : left) {
      await(job.found);
      job.frame.close();
    }
  }

  private static void await(CompletableFuture<?> future) {
    future.handle((value, failure) -> true).join();
  }
}
