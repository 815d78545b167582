package dev.mien.teach;

/** A training was told to stop before it had learnt anything worth keeping. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StoppedException() {
    super("stopped before the first epoch was over; nothing was written");
  }
}
