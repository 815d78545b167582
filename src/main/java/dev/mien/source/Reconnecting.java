package dev.mien.source;

import dev.mien.frame.Frame;
import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A live source that is connected again when it breaks, for as long as it takes. The first
 * connection has to succeed; a refused password is not tried again, for cameras lock out who does.
 */
final class Reconnecting implements Source {
  private static final Logger log = LoggerFactory.getLogger(Reconnecting.class);
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  /**
   * Opens the source anew; its frames go on where the timeline is. Gives up as soon as nobody waits
   * for it any more.
   */
  @FunctionalInterface
  interface Opener {
    Source open(Timeline timeline, BooleanSupplier closed) throws IOException;
  }

  private final String name;
  private final Opener opener;
  private final Timeline timeline;
  private @Nullable Source source;
  private long pause = FIRST_PAUSE_MILLIS;
  private Link link = Link.STEADY;
  private volatile boolean closed;

  private Reconnecting(String name, Opener opener, Timeline timeline, Source source) {
    this.name = name;
    this.opener = opener;
    this.timeline = timeline;
    this.source = source;
  }

  /** What has an end is given back as it is: its end is no failure. */
  static Source open(String name, Opener opener) throws IOException {
    Timeline timeline = new Timeline();
    Source first = opener.open(timeline, () -> false);
    return first.pace() == Pace.LIVE ? new Reconnecting(name, opener, timeline, first) : first;
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
  public synchronized Link link() {
    return link;
  }

  @Override
  public @Nullable Frame read() throws IOException {
    while (true) {
      Source current = current();
      if (current == null) {
        return null;
      }
      try {
        Frame frame = current.read();
        if (frame != null) {
          pause = FIRST_PAUSE_MILLIS;
          return frame;
        }
        lost("ended");
      } catch (SourceException e) {
        lost(e.getMessage());
      }
      if (!reconnect()) {
        return null;
      }
    }
  }

  private synchronized @Nullable Source current() {
    return closed ? null : source;
  }

  private synchronized void lost(@Nullable String why) {
    if (!closed) {
      log.warn("{}: connection lost ({}); connecting again", name, why);
      away(why);
      if (source != null) {
        source.close();
      }
    }
  }

  private synchronized void away(@Nullable String why) {
    link = new Link(Link.State.AWAY, link.reconnects(), String.valueOf(why));
  }

  /** False when closed, or interrupted. */
  private boolean reconnect() throws IOException {
    while (waitABit()) {
      try {
        Source opened = opener.open(timeline, () -> closed);
        synchronized (this) {
          source = opened;
          if (closed) {
            opened.close();
          } else {
            log.info("{}: connected again", name);
            link = new Link(Link.State.CONNECTED, link.reconnects() + 1, "");
          }
        }
        return true;
      } catch (SourceException e) {
        if (e.reason() == Reason.REFUSED) {
          throw e;
        }
        log.debug("{}: still away: {}", name, e.getMessage());
        away(e.getMessage());
      }
    }
    return false;
  }

  /** Waits longer each time, and never as long as a neighbour; false when closed. */
  private synchronized boolean waitABit() {
    try {
      long until =
          System.nanoTime()
              + 1_000_000L * ThreadLocalRandom.current().nextLong(pause / 2, pause + pause / 2 + 1);
      for (long left = until - System.nanoTime();
          left > 0 && !closed;
          left = until - System.nanoTime()) {
        wait(Math.max(1, left / 1_000_000L));
      }
      pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
      return !closed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    Source current;
    synchronized (this) {
      closed = true;
      current = source;
      notifyAll();
    }
    if (current != null) {
      current.close();
    }
  }
}
