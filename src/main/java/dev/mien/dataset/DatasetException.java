package dev.mien.dataset;

import java.io.IOException;

/** A folder that holds no labelled pictures, or not as it should. The message is one line. */
public final class DatasetException extends IOException {
  private static final long serialVersionUID = 1L;

  public DatasetException(String message) {
    super(message);
  }

  public DatasetException(String message, Throwable cause) {
    super(message, cause);
  }
}
