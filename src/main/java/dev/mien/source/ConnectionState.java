package dev.mien.source;

import java.time.Instant;
import java.util.Locale;

/**
 * How a source is connected, for logs, pages and metrics.
 *
 * @param state what the connection does
 * @param reconnects how often it was connected again after it had been lost
 * @param reason why it is in that state, in one line without credentials; of a source that is up,
 *     what it sends
 * @param since when that began, by the clock of this machine
 */
public record ConnectionState(State state, long reconnects, String reason, Instant since) {
  /** What the connection does. */
  public enum State {
    /** The first connection is being made. */
    CONNECTING,
    /** Frames come, or can. */
    UP,
    /** The connection stands, but no frames come; soon it is given up. */
    STALLED,
    /** The connection is lost, or did not come about; it is tried again and again. */
    RETRYING,
    /**
     * User or password were not accepted; a long pause follows, for cameras lock out those who try
     * again and again.
     */
    REFUSED;

    /** As people and other programs read it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Of what is never lost: a file, a test picture; since the beginning of time. */
  static final ConnectionState STEADY = new ConnectionState(State.UP, 0, "", Instant.EPOCH);
}
