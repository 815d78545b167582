package dev.mien.pipeline;

import dev.mien.annotate.Annotator;
import dev.mien.detect.ShotDetector;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import dev.mien.source.Pace;
import dev.mien.source.Source;
import dev.mien.track.Tracker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the frames of one source through all stages, in this order: read, detect, classify, track,
 * annotate, sinks.
 *
 * <p>One thread reads. A worker of the pool, which other sources use too, takes a whole frame
 * through detection and classification with nets of its own, one thread a net, since nets that
 * share the cores among threads of their own fight for them; {@code mien bench} prints the share of
 * the cores' bound that is reached. The thread that calls {@link #run} puts the results back in
 * order, tracks and draws; each sink has a thread of its own.
 *
 * <p>A live source never waits for any of them; a recorded one loses nothing.
 */
public final class Pipeline {
  private static final Logger log = LoggerFactory.getLogger(Pipeline.class);

  /** A source that does not let go of its read is left behind after this. */
  private static final long READER_PATIENCE_MILLIS = 5_000;

  /** Where nothing has been shown for so long, all being too old, that is said. */
  private static final long NOTHING_SHOWN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Source source;
  private final WorkerPool pool;
  private final Tracker tracker;
  private final ShotDetector cuts = new ShotDetector();
  private final @Nullable Annotator hide;
  private final Annotator draw;
  private final List<Sink> sinks;
  private final long maxFrames;
  private final Duration maxAge;
  private final Meter meter;
  private final SourceQueue queue;
  private final Object resumed = new Object();
  private boolean paused;
  private volatile boolean stopped;
  private volatile boolean finished;
  private volatile List<SinkQueue> sinkQueues = List.of();
  private volatile @Nullable Throwable sourceFailure;
  private volatile long start;
  private volatile long end;
  private int failures;
  private Effort told = Effort.FULL;
  private long toldAt;
  private long shownAt;

  /** What live video is worth waiting for, unless somebody says otherwise. */
  public static final Duration MAX_AGE = Duration.ofMillis(500);

  /**
   * @param source read and closed by the run
   * @param pool detects and classifies; not closed
   * @param hide changes every picture before any sink sees it; null where nothing is hidden
   * @param draw makes the pictures for sinks that want them drawn
   * @param sinks written to and closed by the run
   * @param maxFrames the run ends after so many observations
   * @param maxAge a frame of a live source that is older before it is observed is dropped
   */
  public Pipeline(
      Source source,
      WorkerPool pool,
      Tracker tracker,
      @Nullable Annotator hide,
      Annotator draw,
      List<Sink> sinks,
      long maxFrames,
      Duration maxAge) {
    this.source = source;
    this.pool = pool;
    this.tracker = tracker;
    this.hide = hide;
    this.draw = draw;
    this.sinks = List.copyOf(sinks);
    this.maxFrames = maxFrames;
    this.maxAge = maxAge;
    meter = new Meter(pool.clock);
    toldAt = meter.now() - TELL_EVERY_NANOS;
    queue = new SourceQueue(pool, source.pace(), meter, tracker, maxAge.toNanos(), hide != null);
  }

  /** Ends the run as the end of the stream would: what was read is finished and written. */
  public void stop() {
    stopped = true;
    source.close();
    queue.end();
    synchronized (resumed) {
      resumed.notifyAll();
    }
  }

  /** Closes source and sinks of a pipeline that is not run after all. */
  public void discard() {
    source.close();
    sinks.forEach(Sink::close);
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
    start = meter.now();
    shownAt = start;
    sinkQueues = sinks.stream().map(s -> new SinkQueue(s, source.pace())).toList();
    Thread reader = new Thread(this::read, "mien-read-" + source.name());
    reader.setDaemon(true);
    pool.join(queue);
    reader.start();
    try {
      observe();
    } finally {
      stop();
      pool.leave(queue);
      queue.abort();
      for (SinkQueue sink : sinkQueues) {
        sink.end();
      }
      reader.join(READER_PATIENCE_MILLIS);
      if (reader.isAlive()) {
        log.warn("{} does not let go; left behind", source.name());
      }
      end = meter.now();
      finished = true;
    }
    return stats();
  }

  /** What was done until now; from any thread, at any time. */
  public Stats stats() {
    long now = finished ? end : meter.now();
    Long since = queue.since();
    return new Stats(
        source.name(),
        source.link(),
        finished,
        meter.read.sum(),
        meter.observed.sum(),
        meter.drops(),
        meter.stages(),
        meter.ages(),
        queue.effort(),
        sinkQueues.stream().map(SinkQueue::stats).toList(),
        start == 0 ? 0 : now - start,
        since == null || finished ? 0 : now - since,
        finished ? null : meter.loss(),
        pool.size(),
        sourceFailure);
  }

  private void read() {
    try (source) {
      while (!stopped) {
        long start = meter.now();
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
          meter.drop(Drop.STALE, queue.put(frame));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | Error e) {
      if (!stopped) {
        sourceFailure = e;
      }
    } finally {
      queue.end();
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

  private void observe() throws InterruptedException {
    for (SourceQueue.Job job = queue.oldest(); job != null; job = queue.oldest()) {
      try (Frame frame = job.frame()) {
        Worker.@Nullable Seen seen = job.seen().get();
        if (source.pace() == Pace.LIVE && meter.now() - job.arrived() > maxAge.toNanos()) {
          late();
        } else {
          observe(frame, seen, job.arrived());
        }
      } catch (ExecutionException e) {
        failed(job.frame(), Objects.requireNonNull(e.getCause()));
      }
      queue.done();
      if (meter.observed.sum() >= maxFrames
          || (!sinkQueues.isEmpty() && sinkQueues.stream().noneMatch(SinkQueue::wanted))) {
        return;
      }
    }
  }

  private void observe(Frame frame, Worker.@Nullable Seen seen, long arrived)
      throws InterruptedException {
    long lap = meter.now();
    if (cuts.isCut(frame)) {
      tracker.cut();
    }
    Observation observation =
        seen == null
            ? tracker.expect(source.name(), frame.sequence(), frame.timestamp(), frame.size())
            : tracker.follow(
                source.name(),
                frame.sequence(),
                frame.timestamp(),
                frame.size(),
                seen.detections(),
                seen.classifications());
    meter.lap(Stage.TRACK, lap);
    try (Pictures pictures = new Pictures(frame, observation, hide, draw)) {
      for (SinkQueue sink : sinkQueues) {
        sink.offer(pictures);
      }
      meter.add(Stage.ANNOTATE, pictures.nanos());
    }
    long now = meter.now();
    meter.observed(now - arrived);
    shownAt = now;
    tellEffort();
  }

  private void late() {
    meter.drop(Drop.LATE, 1);
    long now = meter.now();
    if (now - shownAt > NOTHING_SHOWN_NANOS) {
      shownAt = now;
      log.warn(
          "{}: nothing to show, for each frame takes longer than {} ms; allow more with max_age",
          source.name(),
          maxAge.toMillis());
    }
  }

  /** Says when more or less is done than before. */
  private void tellEffort() {
    Effort now = queue.effort();
    if (!now.equals(told)) {
      told = now;
      log.debug("{} {}", source.name(), now);
    }
  }

  /** A frame of a live source on which a worker failed is counted, and life goes on. */
  private void failed(Frame frame, Throwable cause) {
    if (source.pace() == Pace.LIVE && cause instanceof RuntimeException) {
      meter.drop(Drop.FAILED, 1);
      tally(cause);
      return;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    throw new IllegalStateException(
        "frame %d of %s: %s".formatted(frame.sequence(), source.name(), cause.getMessage()), cause);
  }

  /** A line a second, however many frames fail. */
  private void tally(Throwable cause) {
    failures++;
    long now = meter.now();
    if (now - toldAt >= TELL_EVERY_NANOS) {
      log.warn("{}: {} frames failed, the last: {}", source.name(), failures, cause.getMessage());
      toldAt = now;
      failures = 0;
    }
  }
}
