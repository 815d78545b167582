package dev.mien.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that detect and classify, for all sources of the process, with nets of each source's
 * own choice.
 *
 * <p>Whose turn it is follows start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996): of the
 * sources with a frame waiting, the one that had the least of the workers' time; who was away does
 * not save up for it. So a source with dear frames, or more of them, takes nothing from the others'
 * share.
 */
public final class WorkerPool implements AutoCloseable {
  private static final long BALANCE_EVERY_NANOS = 1_000_000_000L;

  final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  final LongSupplier clock;
  private final List<Thread> threads = new ArrayList<>();
  private final int size;
  private final List<SourceQueue> queues = new ArrayList<>();
  private long turn;
  private long balanced;
  private boolean closed;

  /**
   * Starts the threads.
   *
   * @param size how many
   */
  public WorkerPool(int size) {
    this(size, size, System::nanoTime);
  }

  /**
   * @param started how many threads really run, the rest being a test's own
   * @param clock nanoseconds, from any start
   */
  WorkerPool(int size, int started, LongSupplier clock) {
    this.size = size;
    this.clock = clock;
    balanced = clock.getAsLong();
    for (int i = 0; i < started; i++) {
      int number = i;
      Thread thread = new Thread(() -> work(number), "mien-work-" + number);
      threads.add(thread);
      thread.start();
    }
  }

  public int size() {
    return size;
  }

  void join(SourceQueue queue) {
    lock.lock();
    try {
      queues.add(queue);
      wake(queue);
    } finally {
      lock.unlock();
    }
  }

  void leave(SourceQueue queue) {
    lock.lock();
    try {
      queues.remove(queue);
    } finally {
      lock.unlock();
    }
  }

  /** A queue that had nothing to do has something again; under the lock. */
  void wake(SourceQueue queue) {
    queue.atLeast(turn);
    work.signalAll();
  }

  private void work(int number) {
    for (SourceQueue.Task task = next(); task != null; task = next()) {
      task.run(number);
    }
  }

  /** The next work for a thread; waits for it. Null when closed. */
  SourceQueue.@Nullable Task next() {
    lock.lock();
    try {
      while (!closed) {
        Optional<SourceQueue> first =
            queues.stream()
                .filter(SourceQueue::ready)
                .min(Comparator.comparingLong(SourceQueue::turn));
        if (first.isPresent()) {
          turn = Math.max(turn, first.get().turn());
          SourceQueue.Task task = first.get().take();
          if (task != null) {
            return task;
          }
        } else {
          work.awaitUninterruptibly();
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Once a second, decides how much is done for each live source; under the lock. */
  void balance() {
    long now = clock.getAsLong();
    if (now - balanced < BALANCE_EVERY_NANOS) {
      return;
    }
    balanced = now;
    List<SourceQueue> live = queues.stream().filter(SourceQueue::live).toList();
    List<Effort> decided =
        Balance.decide(live.stream().map(SourceQueue::load).toList(), Math.max(1, size));
    for (int i = 0; i < live.size(); i++) {
      live.get(i).make(decided.get(i));
    }
  }

  /** Ends the threads, after what they have in hand; no pipeline may run on it any more. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      work.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
