package dev.mien.onnx;

import java.io.IOException;

/** A network or a device that cannot be used. The message is one line for the user. */
public final class NetworkException extends IOException {
  private static final long serialVersionUID = 1L;

  public NetworkException(String message) {
    super(message);
  }

  public NetworkException(String message, Throwable cause) {
    super(message, cause);
  }
}
