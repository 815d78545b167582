package dev.mien.classify;

import dev.mien.face.Classification;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * One classifier for many threads, which asks it about the faces of all of them at once: for a GPU,
 * to which a batch costs little more than a face. Who asks first waits a moment for others; nobody
 * waits for somebody who cannot come. Only one thread ever asks, for the CUDA provider keeps memory
 * for each thread.
 */
public final class SharedClassifier implements Classifier {
  /** How long a face waits for others at most: little, beside the 30 ms of a camera's frame. */
  static final long PATIENCE_NANOS = 3_000_000L;

  /** Faces in a batch at most. */
  static final int MOST = 16;

  /** The faces of one caller, of whom some may be in one batch and some in the next. */
  private static final class Request {
    private final List<Crop> crops;
    private final long arrived;
    private final List<Classification> answers = new ArrayList<>();
    private final CompletableFuture<List<Classification>> answer = new CompletableFuture<>();
    private int taken;

    Request(List<Crop> crops, long arrived) {
      this.crops = List.copyOf(crops);
      this.arrived = arrived;
    }

    int left() {
      return crops.size() - taken;
    }
  }

  private record Part(Request request, List<Crop> crops) {}

  private final Classifier classifier;
  private final int users;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Request> waiting = new ArrayDeque<>();
  private final Thread thread;
  private boolean closed;

  /**
   * @param classifier closed with this
   * @param users how many threads will ask
   */
  public SharedClassifier(Classifier classifier, int users) {
    this(classifier, users, System::nanoTime);
  }

  /**
   * @param clock nanoseconds, from any start
   */
  SharedClassifier(Classifier classifier, int users, LongSupplier clock) {
    this.classifier = classifier;
    this.users = users;
    this.clock = clock;
    thread = new Thread(this::serve, "mien-classify");
    thread.start();
  }

  /** From any thread. */
  @Override
  public List<Classification> classify(List<Crop> crops) {
    if (crops.isEmpty()) {
      return List.of();
    }
    Request request = new Request(crops, clock.getAsLong());
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the classifier is closed");
      }
      waiting.add(request);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      return request.answer.join();
    } catch (CompletionException e) {
      Throwable why = Objects.requireNonNull(e.getCause());
      if (why instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(String.valueOf(why.getMessage()), why);
    }
  }

  private void serve() {
    for (List<Part> batch = next(); !batch.isEmpty(); batch = next()) {
      try {
        answer(
            batch, classifier.classify(batch.stream().flatMap(p -> p.crops().stream()).toList()));
      } catch (RuntimeException | Error e) {
        fail(batch, e);
      }
    }
  }

  /** What goes through the network next; empty when closed and nobody waits any more. */
  private List<Part> next() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      for (long left = patience(); left > 0; left = patience()) {
        changed.awaitNanos(left);
      }
      return take();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    } finally {
      lock.unlock();
    }
  }

  /** For how many more nanoseconds who waits has to. */
  private long patience() {
    Request first = waiting.peek();
    if (first == null || closed || waiting.size() >= users || faces() >= MOST) {
      return 0;
    }
    return first.arrived + PATIENCE_NANOS - clock.getAsLong();
  }

  /** How many callers' faces lie here. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  private int faces() {
    return waiting.stream().mapToInt(Request::left).sum();
  }

  /** In the order of arrival; of a crowd, the rest comes after who waits meanwhile. */
  private List<Part> take() {
    List<Part> batch = new ArrayList<>();
    int room = MOST;
    for (int n = waiting.size(); n > 0 && room > 0; n--) {
      Request request = waiting.remove();
      int end = request.taken + Math.min(room, request.left());
      batch.add(new Part(request, request.crops.subList(request.taken, end)));
      room -= end - request.taken;
      request.taken = end;
      if (request.left() > 0) {
        waiting.add(request);
      }
    }
    return batch;
  }

  private static void answer(List<Part> batch, List<Classification> answers) {
    int from = 0;
    for (Part part : batch) {
      Request request = part.request();
      request.answers.addAll(answers.subList(from, from + part.crops().size()));
      from += part.crops().size();
      if (request.answers.size() == request.crops.size()) {
        request.answer.complete(List.copyOf(request.answers));
      }
    }
  }

  private void fail(List<Part> batch, Throwable why) {
    lock.lock();
    try {
      for (Part part : batch) {
        waiting.remove(part.request());
        part.request().answer.completeExceptionally(why);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Who waits is answered first. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    classifier.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
