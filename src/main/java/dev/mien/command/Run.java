package dev.mien.command;

import dev.mien.annotate.Labels;
import dev.mien.pipeline.Pipeline;
import dev.mien.pipeline.Stats;
import dev.mien.rtsp.RtspServers;
import dev.mien.sink.Controls;
import dev.mien.sink.Sink;
import dev.mien.source.Source;
import dev.mien.track.Tracker;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** Runs pipelines, and ends those that run when a signal or a key asks. */
final class Run implements Controls {
  private final Engine engine;
  private final LongSupplier ids;
  private final long maxFrames;
  private final Duration maxAge;
  private final RtspServers rtsp = new RtspServers(System.getenv());
  private final Signals signals = new Signals(this::quit);
  private final Set<Pipeline> running = new HashSet<>();
  private final Set<Thread> opening = new HashSet<>();
  private boolean quit;

  /**
   * @param ids gives each number once, to all runs
   */
  Run(Engine engine, LongSupplier ids, long maxFrames) {
    this(engine, ids, maxFrames, Pipeline.MAX_AGE);
  }

  /**
   * @param maxAge of what is shown of live sources
   */
  Run(Engine engine, LongSupplier ids, long maxFrames, Duration maxAge) {
    if (maxFrames < 1) {
      throw new IllegalArgumentException(
          "--max-frames: found " + maxFrames + ", expected 1 or more");
    }
    this.engine = engine;
    this.ids = ids;
    this.maxFrames = maxFrames;
    this.maxAge = maxAge;
  }

  /** Opens a source. */
  interface Opening {
    Source open() throws IOException;
  }

  /**
   * From any thread.
   *
   * @throws InterruptedIOException if it was told to quit before the source was open
   */
  Source open(Opening source) throws IOException {
    synchronized (this) {
      if (quit) {
        throw new InterruptedIOException("told to quit");
      }
      opening.add(Thread.currentThread());
    }
    try {
      return source.open();
    } finally {
      synchronized (this) {
        opening.remove(Thread.currentThread());
        if (quit) {
          Thread.interrupted(); // Meant for the opening, which is over.
        }
      }
    }
  }

  /** From any thread; source and sinks are closed afterwards. */
  Stats run(Source source, List<Sink> sinks) throws InterruptedException {
    Tracker tracker =
        source.stills()
            ? Tracker.ofStills(engine.rules(), ids)
            : Tracker.ofVideo(engine.rules(), ids);
    Pipeline pipeline =
        new Pipeline(
            source, engine.pool(), tracker, engine.hide(), new Labels(), sinks, maxFrames, maxAge);
    synchronized (this) {
      running.add(pipeline);
      if (quit) {
        pipeline.stop();
      }
    }
    try {
      return pipeline.run();
    } finally {
      synchronized (this) {
        running.remove(pipeline);
      }
    }
  }

  /** Shared by all sinks of this program. */
  RtspServers rtsp() {
    return rtsp;
  }

  @Override
  public void quit() {
    List<Pipeline> current;
    synchronized (this) {
      quit = true;
      current = List.copyOf(running);
      opening.forEach(Thread::interrupt);
    }
    current.forEach(Pipeline::stop);
  }

  @Override
  public synchronized void pause() {
    running.forEach(Pipeline::pause);
  }

  /** How the sources are that run now, by name. */
  synchronized List<Stats> stats() {
    return running.stream()
        .map(Pipeline::stats)
        .sorted(Comparator.comparing(Stats::source))
        .toList();
  }

  synchronized boolean interrupted() {
    return quit;
  }

  int status(int otherwise) {
    return signals.status(otherwise);
  }
}
