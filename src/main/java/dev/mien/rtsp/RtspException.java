package dev.mien.rtsp;

import java.io.IOException;

/** The server cannot be opened; the message is one line. */
public final class RtspException extends IOException {
  private static final long serialVersionUID = 1L;

  RtspException(String message) {
    super(message);
  }
}
