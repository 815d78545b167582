package dev.mien.detect;

import java.io.IOException;

/** A detector's network that cannot be read, or is another network than it should be. */
public final class DetectorException extends IOException {
  private static final long serialVersionUID = 1L;

  public DetectorException(String message, Throwable cause) {
    super(message, cause);
  }
}
