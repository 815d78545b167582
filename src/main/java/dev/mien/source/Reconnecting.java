package dev.mien.source;

import dev.mien.frame.Frame;
import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * A live source that is connected again when it breaks, for as long as it takes, one attempt at a
 * time.
 */
final class Reconnecting implements Source {
  private final String name;
  private final Attempt.Opener opener;
  private final ConnectionSupervisor life;
  private final boolean patient;
  private @Nullable Source source;
  private @Nullable Attempt attempt;
  private long openedAt = System.nanoTime();
  private long lostAt = openedAt;
  private int refusals;

  private Reconnecting(
      String name,
      Attempt.Opener opener,
      ConnectionSupervisor life,
      boolean patient,
      @Nullable Source source) {
    this.name = name;
    this.opener = opener;
    this.life = life;
    this.patient = patient;
    this.source = source;
  }

  /**
   * The first connection has to succeed, and a refused password ends the source. What has an end is
   * given back as it is: its end is no failure.
   */
  static Source open(String name, Attempt.Opener opener, Deadlines limits) throws IOException {
    // Unpacking libraries is no fault of the camera, and its time limit has not begun.
    Ffmpeg.load();
    ConnectionSupervisor life = new ConnectionSupervisor(name, limits, Level.DEBUG);
    Attempt attempt = Attempt.start(name, opener, life);
    boolean taken = false;
    try {
      Source first = attempt.await();
      taken = true;
      return first.pace() == Pace.LIVE ? new Reconnecting(name, opener, life, false, first) : first;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(name + ": nobody waits for it any more");
    } finally {
      if (!taken) {
        life.close();
        attempt.cancel();
      }
    }
  }

  /**
   * Connects while it is read, however long that takes; a refused password is tried again after a
   * long pause. What has an end is played in real time, again and again.
   */
  static Source patient(String name, Attempt.Opener opener, Deadlines limits) {
    return new Reconnecting(
        name, opener, new ConnectionSupervisor(name, limits, Level.INFO), true, null);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Pace pace() {
    return Pace.LIVE;
  }

  @Override
  public ConnectionState link() {
    return life.link();
  }

  @Override
  public @Nullable Frame read() throws IOException {
    try {
      while (!life.closed()) {
        Source current = source();
        if (current == null) {
          connect();
          continue;
        }
        String why = "the other side ended the stream";
        try {
          Frame frame = current.read();
          if (frame != null) {
            refusals = 0;
            life.picture(frame.size());
            return current instanceof Paced ? inTime(frame) : frame;
          }
        } catch (SourceException e) {
          why = e.getMessage();
        }
        if (!life.closed()) {
          lost(current, why);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (InterruptedIOException e) {
      // Closed while an attempt was under way.
    }
    return null;
  }

  /** A recording begins at 0 each time; what is played of it goes on. */
  private Frame inTime(Frame frame) {
    return frame.renumbered(
        frame.sequence(), life.timeline().at(frame.timestamp(), System.nanoTime()));
  }

  private void lost(Source broken, String why) throws InterruptedException {
    life.lost(why);
    broken.close();
    replace(null);
    lostAt = System.nanoTime();
    pause(Backoff.broken(lostAt - openedAt, chance()));
  }

  /** One attempt, and the pause after it if it failed. */
  private void connect() throws IOException, InterruptedException {
    Attempt running = attempt();
    try {
      Source opened = running.await();
      openedAt = System.nanoTime();
      replace(opened.pace() == Pace.LIVE ? opened : new Paced(opened));
    } catch (SourceException e) {
      if (e.reason() == Reason.REFUSED) {
        if (!patient) {
          throw e;
        }
        life.refused(e.getMessage());
        pause(Backoff.refused(++refusals, chance()));
      } else {
        life.lost(e.getMessage());
        pause(Backoff.failed(System.nanoTime() - lostAt, chance()));
      }
    }
  }

  /** The one that was left to itself, if it is under way or came about late; else a new one. */
  private synchronized Attempt attempt() {
    Attempt running = attempt;
    if (running == null || running.failed()) {
      running = Attempt.start(name, opener, life);
      attempt = running;
      if (life.closed()) {
        running.cancel();
      }
    }
    return running;
  }

  private synchronized @Nullable Source source() {
    return source;
  }

  private synchronized void replace(@Nullable Source other) {
    source = other;
    attempt = null;
    if (life.closed() && other != null) {
      other.close();
    }
  }

  private static double chance() {
    return ThreadLocalRandom.current().nextDouble();
  }

  /** Ends early when closed. */
  private synchronized void pause(long nanos) throws InterruptedException {
    long until = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !life.closed(); left = until - System.nanoTime()) {
      wait(Math.max(1, left / 1_000_000L));
    }
  }

  @Override
  public void close() {
    Source current;
    synchronized (this) {
      life.close();
      current = source;
      if (attempt != null) {
        attempt.cancel();
      }
      notifyAll();
    }
    if (current != null) {
      current.close();
    }
  }
}
