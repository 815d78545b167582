package dev.mien.sink;

/**
 * Who read the output has gone away, as {@code head} does after ten lines. That is no failure: the
 * run ends as if all had been read.
 */
public final class SinkClosedException extends SinkException {
  private static final long serialVersionUID = 1L;

  public SinkClosedException(String message, Throwable cause) {
    super(message, cause);
  }
}
