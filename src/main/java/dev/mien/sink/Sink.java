package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import java.io.IOException;

/**
 * Where annotated frames and their observations go. One thread opens, writes and closes it; what it
 * needs after {@code write} has returned it copies.
 */
public interface Sink extends AutoCloseable {
  /** A name for people and logs, free of credentials. */
  String name();

  /**
   * Whether it looks at the next frame's pixels. Asked before every frame, by another thread than
   * the one that writes; where the answer is no, the frame comes without them, which spares the
   * copy.
   */
  default boolean wantsPicture() {
    return true;
  }

  /** Whether a run goes on for it alone; one that only accompanies the others says no. */
  default boolean suffices() {
    return true;
  }

  /**
   * Takes the next frame of the stream.
   *
   * @throws IOException if it can take no more; it is then closed and the others go on
   */
  void write(Frame frame, Observation observation) throws IOException;

  /**
   * Writes out what is held back; called once, after the last frame, unless a write failed.
   *
   * @throws IOException if that cannot be: what was meant to be there is not
   */
  default void finish() throws IOException {}

  /** Lets go of everything. Closing twice is safe; nothing is thrown. */
  @Override
  void close();
}
