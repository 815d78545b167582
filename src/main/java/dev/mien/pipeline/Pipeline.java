package dev.mien.pipeline;

import dev.mien.annotate.Annotator;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import dev.mien.source.Pace;
import dev.mien.source.Source;
import dev.mien.track.Rules;
import dev.mien.track.Tracker;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the frames of one source through all stages, in this order: read, detect, track, classify,
 * annotate, sinks.
 *
 * <p>One thread reads. The pool's threads, which other sources use too, detect and classify, one
 * frame a thread and one thread a net, since nets that share the cores among threads of their own
 * fight for them; {@code mien bench} prints the share of the cores' bound that is reached. The
 * thread that calls {@link #run} puts the results back in order, tracks and labels; each sink has a
 * thread of its own.
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

  /** What live video is worth waiting for, unless somebody says otherwise. */
  public static final Duration MAX_AGE = Duration.ofMillis(500);

  private final Source source;
  private final WorkerPool pool;
  private final @Nullable Annotator hide;
  private final Annotator draw;
  private final List<Sink> sinks;
  private final long maxFrames;
  private final Duration maxAge;
  private final Meter meter;
  private final SourceQueue queue;
  private final Observer observer;
  private final Object resumed = new Object();
  private boolean paused;
  private volatile boolean stopped;
  private volatile boolean finished;
  private volatile List<SinkQueue> sinkQueues = List.of();
  private volatile @Nullable Throwable sourceFailure;
  private volatile long start;
  private volatile long end;
  private int failures;
  private Effort told;
  private long toldAt;
  private long shownAt;

  /** What a pipeline is made of; what is not said is left out, or as usual. */
  public static final class Builder {
    private final Source source;
    private final WorkerPool pool;
    private final List<Nets> nets;
    private Rules rules = Rules.DEFAULT;
    private LongSupplier ids = new AtomicLong()::incrementAndGet;
    private Effort effort = Effort.FULL;
    private @Nullable Annotator hide;
    private Annotator draw = (frame, observation) -> {};
    private List<Sink> sinks = List.of();
    private long maxFrames = Long.MAX_VALUE;
    private Duration maxAge = MAX_AGE;

    private Builder(Source source, WorkerPool pool, List<Nets> nets) {
      this.source = source;
      this.pool = pool;
      this.nets = nets;
    }

    /** When a detection is a face, and how steady its labels are. */
    public Builder rules(Rules value) {
      rules = value;
      return this;
    }

    /** Gives each number once; several pipelines may share it. */
    public Builder ids(LongSupplier value) {
      ids = value;
      return this;
    }

    /** Ignored for single pictures, about which everything is asked. */
    public Builder effort(Effort value) {
      effort = value;
      return this;
    }

    /** Changes every picture before any sink sees it. Then faces are looked for in every frame. */
    public Builder hide(@Nullable Annotator value) {
      hide = value;
      return this;
    }

    /** Makes the pictures for sinks that want them drawn. */
    public Builder draw(Annotator value) {
      draw = value;
      return this;
    }

    /** Written to and closed by the run. */
    public Builder sinks(List<Sink> value) {
      sinks = List.copyOf(value);
      return this;
    }

    /** The run ends after so many observations. */
    public Builder maxFrames(long value) {
      maxFrames = value;
      return this;
    }

    /** A frame of a live source that is older before it is observed is dropped. */
    public Builder maxAge(Duration value) {
      maxAge = value;
      return this;
    }

    public Pipeline build() {
      return new Pipeline(this);
    }
  }

  /**
   * A pipeline to be made.
   *
   * @param source read and closed by the run
   * @param pool detects and classifies; not closed
   * @param nets for each thread of the pool; not closed
   */
  public static Builder of(Source source, WorkerPool pool, List<Nets> nets) {
    return new Builder(source, pool, nets);
  }

  private Pipeline(Builder parts) {
    source = parts.source;
    pool = parts.pool;
    hide = parts.hide;
    draw = parts.draw;
    sinks = parts.sinks;
    maxFrames = parts.maxFrames;
    maxAge = parts.maxAge;
    meter = new Meter(pool.clock);
    toldAt = meter.now() - TELL_EVERY_NANOS;
    Effort effort =
        source.stills() ? Effort.FULL : hide == null ? parts.effort : parts.effort.lookingEvery(0);
    told = effort;
    queue =
        new SourceQueue(
            pool,
            parts.nets,
            source.pace(),
            meter,
            maxAge.toNanos(),
            effort,
            effort.lookEvery() == 0);
    Tracker tracker =
        source.stills()
            ? Tracker.ofStills(parts.rules, parts.ids)
            : Tracker.ofVideo(parts.rules, parts.ids, effort.everyFace());
    observer = new Observer(source.name(), queue, tracker, meter, this::give);
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
    sinkQueues =
        sinks.stream()
            .map(s -> new SinkQueue(s, source.pace(), maxAge.toNanos(), meter::now))
            .toList();
    Thread reader = new Thread(this::read, "mien-read-" + source.name());
    reader.setDaemon(true);
    pool.join(queue);
    reader.start();
    try {
      observe();
    } finally {
      stop();
      pool.leave(queue);
      queue.abort(observer.asked());
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
        meter.cpu(),
        new Stats.Faces(meter.faces.sum(), meter.crops.sum()),
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
        Meter.Lap lap = meter.begin();
        Frame frame = source.read();
        if (frame == null) {
          return;
        }
        meter.end(Stage.READ, lap);
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
    for (SourceQueue.Job job = queue.next(); job != null; job = queue.next()) {
      try {
        if (source.pace() == Pace.LIVE) {
          observeLive(job);
        } else {
          observer.take(job);
        }
      } catch (ExecutionException e) {
        failed(job, Objects.requireNonNull(e.getCause()));
      }
      if (enough()) {
        return;
      }
    }
    finish();
  }

  private void observeLive(SourceQueue.Job job) throws InterruptedException, ExecutionException {
    if (job.look()) {
      job.found().get();
    }
    if (meter.now() - job.arrived() > maxAge.toNanos()) {
      queue.done(job);
      late();
    } else {
      observer.take(job);
    }
  }

  private boolean enough() {
    return meter.observed.sum() >= maxFrames
        || (!sinkQueues.isEmpty() && sinkQueues.stream().noneMatch(SinkQueue::wanted));
  }

  private void give(Frame frame, Observation observation, long arrived)
      throws InterruptedException {
    if (meter.observed.sum() >= maxFrames) {
      return;
    }
    long now = meter.now();
    meter.observed(now - arrived);
    shownAt = now;
    Meter.Lap lap = meter.begin();
    try (Pictures pictures = new Pictures(frame, observation, hide, draw)) {
      Map<SinkQueue, Sink.Want> wants = new LinkedHashMap<>();
      for (SinkQueue sink : sinkQueues) {
        Sink.Want want = sink.wants();
        if (want != null) {
          wants.put(sink, want);
        }
      }
      pictures.make(wants.values());
      meter.end(Stage.ANNOTATE, lap);
      for (Map.Entry<SinkQueue, Sink.Want> one : wants.entrySet()) {
        one.getKey().offer(pictures, one.getValue(), arrived);
      }
    }
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

  /** A frame of a live source on which a net failed is counted, and life goes on. */
  private void failed(SourceQueue.Job job, Throwable cause) throws InterruptedException {
    if (source.pace() != Pace.LIVE || !(cause instanceof RuntimeException)) {
      if (job.found().isCompletedExceptionally()) {
        finish(); // What came before is written.
      }
      throw failure(observer.failing(job), cause);
    }
    observer.forget(job);
    queue.done(job);
    meter.drop(Drop.FAILED, 1);
    tally(cause);
  }

  private void finish() throws InterruptedException {
    try {
      observer.finish();
    } catch (ExecutionException e) {
      throw failure(observer.failing(null), Objects.requireNonNull(e.getCause()));
    }
  }

  private IllegalStateException failure(long sequence, Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(
        "frame %d of %s: %s".formatted(sequence, source.name(), cause.getMessage()), cause);
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
