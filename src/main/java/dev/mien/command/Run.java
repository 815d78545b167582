package dev.mien.command;

import dev.mien.pipeline.Pipeline;
import dev.mien.pipeline.Stats;
import dev.mien.rtsp.RtspServers;
import dev.mien.session.Session;
import dev.mien.session.Setup;
import dev.mien.sink.Controls;
import dev.mien.sink.Sink;
import dev.mien.source.Source;
import dev.mien.web.Devices;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Runs pipelines, and ends those that run when a signal or a key asks. */
final class Run implements Controls {
  private final Session session;
  private final Setup setup;
  private final long maxFrames;
  private final Duration maxAge;
  private final RtspServers rtsp = new RtspServers(System.getenv());
  private final Signals signals = new Signals(this::quit);
  private final Set<Pipeline> running = new HashSet<>();
  private final Set<Thread> opening = new HashSet<>();
  private boolean quit;

  Run(Session session, Setup setup, long maxFrames) {
    this(session, setup, maxFrames, Pipeline.MAX_AGE);
  }

  /**
   * @param maxAge of what is shown of live sources
   */
  Run(Session session, Setup setup, long maxFrames, Duration maxAge) {
    if (maxFrames < 1) {
      throw new IllegalArgumentException(
          "--max-frames: found " + maxFrames + ", expected 1 or more");
    }
    this.session = session;
    this.setup = setup;
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
    return run(source, setup, sinks);
  }

  /** The same with another setup. */
  Stats run(Source source, Setup with, List<Sink> sinks) throws InterruptedException {
    Pipeline pipeline =
        session.pipeline(source, with).sinks(sinks).maxFrames(maxFrames).maxAge(maxAge).build();
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

  Setup setup() {
    return setup;
  }

  /** Where the models run, and in what batches. */
  Devices devices(String requested) {
    return new Devices(requested, session.device(), session.engine(), session.batches());
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
