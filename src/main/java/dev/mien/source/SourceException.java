package dev.mien.source;

import java.io.IOException;
import java.util.Objects;

/** A source that cannot be opened, or broke; the message is one line without credentials. */
public final class SourceException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What kind of trouble it is, for whoever decides what to do about it. */
  public enum Reason {
    /** The file or address is not what it should be; trying again does not help. */
    BAD_INPUT,
    /** This machine lacks what it takes; trying again does not help. */
    UNUSABLE,
    /** User or password were not accepted; trying again may lock the camera. */
    REFUSED,
    /** Nobody answers there, or not in time. */
    UNREACHABLE,
    /** It worked, and broke. */
    FAILED
  }

  private final Reason reason;

  public SourceException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  public Reason reason() {
    return reason;
  }
}
