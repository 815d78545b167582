package dev.mien.convert;

import java.io.IOException;

/** A network that cannot be converted. The message is one line for the user. */
public final class ConvertException extends IOException {
  private static final long serialVersionUID = 1L;

  public ConvertException(String message) {
    super(message);
  }

  public ConvertException(String message, Throwable cause) {
    super(message, cause);
  }
}
