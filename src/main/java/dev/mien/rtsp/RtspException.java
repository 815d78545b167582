package dev.mien.rtsp;

import java.io.IOException;
import java.util.Objects;

/** A server cannot be opened, or one elsewhere not be used; the message is one line. */
public final class RtspException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean refused;

  RtspException(String message) {
    this(message, false);
  }

  RtspException(String message, boolean refused) {
    super(message);
    this.refused = refused;
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /** Whether user or password were not accepted: trying again may lock them. */
  public boolean refused() {
    return refused;
  }
}
