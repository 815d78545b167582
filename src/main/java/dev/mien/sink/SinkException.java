package dev.mien.sink;

import java.io.IOException;

/** A sink can take no more; the message is one line that names the sink and the reason. */
public class SinkException extends IOException {
  private static final long serialVersionUID = 1L;

  public SinkException(String message) {
    super(message);
  }

  public SinkException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What went wrong with a file, in words: "faces.csv: disk full". */
  public static SinkException of(String name, IOException cause) {
    return cause instanceof SinkException known
        ? known
        : new SinkException(name + ": " + OutputFile.reason(cause), cause);
  }
}
