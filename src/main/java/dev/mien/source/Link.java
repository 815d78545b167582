package dev.mien.source;

/**
 * How a source is connected.
 *
 * @param reconnects how often it was connected again after it had been lost
 * @param trouble why it is away, in one line without credentials; empty when it is not
 */
public record Link(State state, long reconnects, String trouble) {
  /** Whether frames can come. */
  public enum State {
    /** They come, or can. */
    CONNECTED,
    /** It cannot be reached, and is tried again and again. */
    AWAY
  }

  /** Of what is never lost: a file, a test picture. */
  static final Link STEADY = new Link(State.CONNECTED, 0, "");
}
