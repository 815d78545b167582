package dev.mien.source;

import dev.mien.frame.Frame;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A stream of frames. {@code read} belongs to one thread; {@code close} may come from any other, at
 * any time, and makes a waiting {@code read} end within 200 ms.
 */
public interface Source extends AutoCloseable {
  /** A name for people, logs and records, free of credentials. */
  String name();

  /** How the frames follow each other. */
  Pace pace();

  /** Whether one frame has nothing to do with the next, at whatever pace they come. */
  default boolean stills() {
    return pace() == Pace.STILLS;
  }

  /** How it is connected; from any thread. */
  default ConnectionState link() {
    return ConnectionState.STEADY;
  }

  /**
   * The next frame, which the caller then owns, or null at the end.
   *
   * @throws IOException if the stream broke; a live source that fell silent throws too
   */
  @Nullable Frame read() throws IOException;

  /** Closing twice is safe; nothing is thrown. */
  @Override
  void close();
}
