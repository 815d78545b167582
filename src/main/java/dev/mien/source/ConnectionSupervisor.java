package dev.mien.source;

import dev.mien.frame.Size;
import dev.mien.source.ConnectionState.State;
import java.time.Instant;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What outlives the connections of one live source: its limits, its timeline, its state, and
 * whether anybody still waits for it. Each change of the state is a line in the log.
 */
final class ConnectionSupervisor {
  private static final Logger log = LoggerFactory.getLogger(ConnectionSupervisor.class);

  /** A camera that sends seldom has not stalled before it is this many gaps late. */
  private static final int LATE_GAPS = 4;

  private final String name;
  private final Deadlines limits;
  private final Level first;
  private final Timeline timeline = new Timeline();
  private volatile ConnectionState link;
  private volatile boolean closed;
  private volatile long lastPicture;
  private volatile long gap;
  private final LongSupplier clock;
  private long changed;
  private String sends = "";
  private @Nullable Size size;

  /**
   * @param first how loud the first connection is told of
   */
  ConnectionSupervisor(String name, Deadlines limits, Level first) {
    this(name, limits, first, System::nanoTime);
  }

  /**
   * @param clock nanoseconds, from any start
   */
  ConnectionSupervisor(String name, Deadlines limits, Level first, LongSupplier clock) {
    this.clock = clock;
    changed = clock.getAsLong();
    this.name = name;
    this.limits = limits;
    this.first = first;
    log.atLevel(first).log("{}: connecting", name);
    link = new ConnectionState(State.CONNECTING, 0, "", Instant.now());
  }

  Deadlines limits() {
    return limits;
  }

  Timeline timeline() {
    return timeline;
  }

  ConnectionState link() {
    return link;
  }

  /** Nobody waits for the source any more; whatever FFmpeg waits for ends. */
  void close() {
    closed = true;
  }

  boolean closed() {
    return closed;
  }

  /** A new connection, whose pictures are coded so; its clock has nothing to do with the last. */
  synchronized void connected(String codec) {
    sends = codec;
    timeline.restart();
  }

  /** A picture came. */
  void picture(Size seen) {
    long now = clock.getAsLong();
    if (link.state() == State.UP || link.state() == State.STALLED) {
      gap = gap == 0 ? now - lastPicture : gap + (now - lastPicture - gap) / 8;
    }
    lastPicture = now;
    if (link.state() != State.UP || !seen.equals(size)) {
      up(seen);
    }
  }

  private synchronized void up(Size seen) {
    String what = "%s %dx%d".formatted(sends, seen.width(), seen.height()).strip();
    size = seen;
    State before = link.state();
    if (before == State.UP) {
      log.info("{}: sends {} now", name, what);
      link = new ConnectionState(State.UP, link.reconnects(), what, link.since());
      return;
    }
    boolean back = before == State.RETRYING || before == State.REFUSED;
    long away = clock.getAsLong() - changed;
    enter(State.UP, what, link.reconnects() + (back ? 1 : 0));
    if (before == State.CONNECTING) {
      log.atLevel(first).log("{}: up: {}", name, what);
    } else {
      log.info(
          "{}: up again after {}: {}",
          name,
          String.format(Locale.ROOT, "%.1f s", away / 1e9),
          what);
    }
  }

  /** Called again and again while a call waits. */
  void waiting() {
    long silent = clock.getAsLong() - lastPicture;
    if (link.state() == State.UP && silent > Math.max(limits.stall(), LATE_GAPS * gap)) {
      stalled(silent);
    }
  }

  private synchronized void stalled(long silent) {
    if (link.state() == State.UP) {
      String reason = String.format(Locale.ROOT, "no picture for %.1f s", silent / 1e9);
      enter(State.STALLED, reason, link.reconnects());
      log.warn("{}: stalled: {}", name, reason);
    }
  }

  /** The connection broke, or did not come about. */
  synchronized void lost(String why) {
    String reason = words(why);
    if (link.state() == State.RETRYING) {
      if (!reason.equals(link.reason())) {
        log.debug("{}: still retrying: {}", name, reason);
        link = new ConnectionState(State.RETRYING, link.reconnects(), reason, link.since());
      }
      return;
    }
    enter(State.RETRYING, reason, link.reconnects());
    log.warn("{}: retrying: {}", name, reason);
  }

  synchronized void refused(String why) {
    String reason = words(why);
    if (link.state() != State.REFUSED) {
      enter(State.REFUSED, reason, link.reconnects());
      log.warn("{}: refused: {}", name, reason);
    }
  }

  private void enter(State state, String reason, long reconnects) {
    changed = clock.getAsLong();
    gap = state == State.UP ? gap : 0;
    link = new ConnectionState(state, reconnects, reason, Instant.now());
  }

  private String words(String why) {
    return why.startsWith(name + ": ") ? why.substring(name.length() + 2) : why;
  }
}
