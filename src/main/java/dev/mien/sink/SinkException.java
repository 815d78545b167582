package dev.mien.sink;

import java.io.IOException;

/** A sink can take no more; the message is one line that names the sink and the reason. */
public class SinkException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What kind of trouble it is. */
  public enum Reason {
    /** It worked, and broke. */
    FAILED,
    /** User or password were not accepted. */
    REFUSED,
    /** Nobody answers there, or not as expected. */
    UNREACHABLE
  }

  private final Reason reason;

  public SinkException(String message) {
    super(message);
    this.reason = Reason.FAILED;
  }

  public SinkException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public SinkException(String message, Throwable cause) {
    super(message, cause);
    this.reason = Reason.FAILED;
  }

  public Reason reason() {
    return reason;
  }

  /** What went wrong with a file, in words: "faces.csv: disk full". */
  public static SinkException of(String name, IOException cause) {
    return cause instanceof SinkException known
        ? known
        : new SinkException(name + ": " + OutputFile.reason(cause), cause);
  }
}
