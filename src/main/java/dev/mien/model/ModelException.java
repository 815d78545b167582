package dev.mien.model;

import java.io.IOException;

/** A model folder that cannot be used. The message is one line for the user. */
public final class ModelException extends IOException {
  private static final long serialVersionUID = 1L;

  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
