package dev.mien.detect;

import java.io.IOException;

/** A detector's network that cannot be read, or is another network than it should be. */
public final class DetectorException extends IOException {
  private static final long serialVersionUID = 1L;

  public DetectorException(String message) {
    super(message);
  }

  public DetectorException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * What OpenCV says without its build paths: "error: (-215:Assertion failed) what in function".
   */
  static String reason(RuntimeException e) {
    String text = String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
    int start = text.indexOf("error: ");
    return start < 0 ? text : text.substring(start + "error: ".length());
  }
}
