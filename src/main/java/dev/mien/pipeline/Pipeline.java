package dev.mien.pipeline;

import dev.mien.annotate.Annotator;
import dev.mien.classify.Classifier;
import dev.mien.classify.Crop;
import dev.mien.face.Classification;
import dev.mien.face.Detection;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import dev.mien.source.Pace;
import dev.mien.source.Source;
import dev.mien.track.Follower;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the frames of one source through all stages, in this order: read, detect, classify, track,
 * annotate, sinks.
 *
 * <p>One thread reads. Each worker takes a whole frame through detection and classification with
 * nets of its own, one thread a net, since nets that share the cores among threads of their own
 * fight for them; {@code mien bench} prints the share of the cores' bound that is reached. The
 * thread that calls {@link #run} puts the results back in order, tracks and draws; each sink has a
 * thread of its own.
 *
 * <p>A live source never waits for any of them; a recorded one loses nothing.
 */
public final class Pipeline {
  private static final Logger log = LoggerFactory.getLogger(Pipeline.class);

  /** A source that does not let go of its read is left behind after this. */
  private static final long READER_PATIENCE_MILLIS = 5_000;

  private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private sealed interface Item {}

  /** A frame on its way through a worker, in the order of its reading. */
  private record Job(Frame frame, CompletableFuture<Seen> seen) implements Item {}

  private record End() implements Item {}

  /** What a worker found: for each detection, what each classifier says. */
  private record Seen(List<Detection> detections, List<List<Classification>> classifications) {}

  private final Source source;
  private final List<Worker> workers;
  private final Follower follower;
  private final List<Annotator> annotators;
  private final List<Sink> sinks;
  private final long maxFrames;
  private final Meter meter = new Meter();
  private final Inlet inlet;
  private final BlockingQueue<Item> inOrder;
  private final Object takeInOrder = new Object();
  private boolean allTaken;
  private final Object resumed = new Object();
  private boolean paused;
  private volatile boolean stopped;
  private volatile @Nullable Throwable sourceFailure;
  private boolean drained;
  private int failures;
  private long toldAt = System.nanoTime() - TELL_EVERY_NANOS;

  /**
   * @param source read and closed by the run
   * @param workers one for each thread that shall detect and classify, at least one; not closed
   * @param sinks written to and closed by the run
   * @param maxFrames the run ends after so many observations
   */
  public Pipeline(
      Source source,
      List<Worker> workers,
      Follower follower,
      List<Annotator> annotators,
      List<Sink> sinks,
      long maxFrames) {
    this.source = source;
    this.workers = List.copyOf(workers);
    this.follower = follower;
    this.annotators = List.copyOf(annotators);
    this.sinks = List.copyOf(sinks);
    this.maxFrames = maxFrames;
    inlet = new Inlet(source.pace(), workers.size());
    inOrder = new ArrayBlockingQueue<>(workers.size() + 1);
  }

  /** Ends the run as the end of the stream would: what was read is finished and written. */
  public void stop() {
    stopped = true;
    source.close();
    inlet.end();
    synchronized (resumed) {
      resumed.notifyAll();
    }
  }

  /** Holds the run, or lets it go on. Frames of a live source that come meanwhile are dropped. */
  public void pause() {
    synchronized (resumed) {
      paused = !paused;
      resumed.notifyAll();
    }
  }

  /**
   * Runs until the source ends, {@link #stop} is called, or every sink that {@linkplain
   * Sink#suffices suffices} broke; once.
   *
   * @return what was done, and what went wrong at the source and the sinks
   * @throws RuntimeException if a detector, a classifier or an annotator failed on a frame of a
   *     recorded source; what came before is written
   */
  public Stats run() throws InterruptedException {
    long start = System.nanoTime();
    List<Outflow> outflows = sinks.stream().map(s -> new Outflow(s, source.pace())).toList();
    Thread reader = new Thread(this::read, "mien-read");
    List<Thread> threads = new ArrayList<>();
    for (Worker worker : workers) {
      threads.add(new Thread(() -> work(worker), "mien-work-" + threads.size()));
    }
    reader.setDaemon(true);
    reader.start();
    threads.forEach(Thread::start);
    try {
      observe(outflows);
    } finally {
      stop();
      inlet.abort();
      discard();
      for (Thread thread : threads) {
        thread.join();
      }
      for (Outflow outflow : outflows) {
        outflow.end();
      }
      reader.join(READER_PATIENCE_MILLIS);
      if (reader.isAlive()) {
        log.warn("{} does not let go; left behind", source.name());
      }
    }
    return new Stats(
        meter.read.sum(),
        meter.observed.sum(),
        meter.drops(),
        meter.stageNanos(),
        outflows.stream().map(Outflow::stats).toList(),
        System.nanoTime() - start,
        workers.size(),
        sourceFailure);
  }

  private void read() {
    try (source) {
      while (!stopped) {
        long start = System.nanoTime();
        Frame frame = source.read();
        if (frame == null) {
          return;
        }
        meter.lap(Stage.READ, start);
        meter.read.increment();
        if (held()) {
          frame.close();
          meter.drop(Drop.PAUSED, 1);
        } else {
          meter.drop(Drop.STALE, inlet.put(frame));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | Error e) {
      if (!stopped) {
        sourceFailure = e;
      }
    } finally {
      inlet.end();
    }
  }

  /** Whether the frame is to be dropped; a recorded source waits here instead. */
  private boolean held() throws InterruptedException {
    synchronized (resumed) {
      if (source.pace() == Pace.LIVE) {
        return paused;
      }
      while (paused && !stopped) {
        resumed.wait();
      }
      return false;
    }
  }

  private void work(Worker worker) {
    try {
      for (Job job = next(); job != null; job = next()) {
        try {
          job.seen().complete(look(worker, job.frame()));
        } catch (RuntimeException | Error e) {
          job.seen().completeExceptionally(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Taking a frame and queueing for its turn are one step, so that the order stays. */
  private @Nullable Job next() throws InterruptedException {
    synchronized (takeInOrder) {
      if (allTaken) {
        return null;
      }
      Frame frame = inlet.take();
      if (frame == null) {
        allTaken = true;
        inOrder.put(new End());
        return null;
      }
      Job job = new Job(frame, new CompletableFuture<>());
      inOrder.put(job);
      return job;
    }
  }

  private Seen look(Worker worker, Frame frame) {
    long start = System.nanoTime();
    List<Detection> detections = worker.detector().detect(frame);
    start = meter.lap(Stage.DETECT, start);
    List<Crop> crops = detections.stream().map(d -> new Crop(frame, d.box())).toList();
    List<List<Classification>> perFace = new ArrayList<>();
    crops.forEach(c -> perFace.add(new ArrayList<>()));
    for (Classifier classifier : worker.classifiers()) {
      List<Classification> answers = classifier.classify(crops);
      for (int i = 0; i < answers.size(); i++) {
        perFace.get(i).add(answers.get(i));
      }
    }
    meter.lap(Stage.CLASSIFY, start);
    return new Seen(detections, perFace);
  }

  private void observe(List<Outflow> outflows) throws InterruptedException {
    while (inOrder.take() instanceof Job job) {
      try (Frame frame = job.frame()) {
        Seen seen = await(job);
        if (seen == null) {
          continue;
        }
        long start = System.nanoTime();
        Observation observation =
            follower.follow(
                source.name(),
                frame.sequence(),
                frame.timestamp(),
                frame.size(),
                seen.detections(),
                seen.classifications());
        start = meter.lap(Stage.TRACK, start);
        for (Annotator annotator : annotators) {
          annotator.annotate(frame, observation);
        }
        meter.lap(Stage.ANNOTATE, start);
        for (Outflow outflow : outflows) {
          outflow.offer(frame, observation);
        }
        meter.observed.increment();
      }
      if (meter.observed.sum() >= maxFrames
          || (!outflows.isEmpty() && outflows.stream().noneMatch(Outflow::wanted))) {
        return;
      }
    }
    drained = true;
  }

  /**
   * Null for a frame of a live source on which a worker failed: it is counted, and life goes on.
   */
  private @Nullable Seen await(Job job) throws InterruptedException {
    try {
      return job.seen().get();
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      if (source.pace() == Pace.LIVE && cause instanceof RuntimeException) {
        meter.drop(Drop.FAILED, 1);
        tally(cause);
        return null;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(
          "frame %d of %s: %s".formatted(job.frame().sequence(), source.name(), cause.getMessage()),
          cause);
    }
  }

  /** A line a second, however many frames fail. */
  private void tally(Throwable cause) {
    failures++;
    long now = System.nanoTime();
    if (now - toldAt >= TELL_EVERY_NANOS) {
      log.warn("{}: {} frames failed, the last: {}", source.name(), failures, cause.getMessage());
      toldAt = now;
      failures = 0;
    }
  }

  /** Empties what is under way, so that the workers come to their end. */
  private void discard() throws InterruptedException {
    while (!drained && inOrder.take() instanceof Job job) {
      job.seen().handle((seen, failure) -> seen).join();
      job.frame().close();
    }
  }
}
