package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where frames and their observations go. One thread opens, writes and closes it. The frame is lent
 * for the call of {@code write} and changed by nobody; a sink that needs it longer takes a {@link
 * Frame#share}.
 */
public interface Sink extends AutoCloseable {
  /** What a sink looks at, apart from the observation. */
  enum Want {
    /** No pixels: its frames come without them. */
    NOTHING,
    /** The picture as it was taken. */
    CLEAN,
    /** The picture as it was taken, of frames with a face. */
    FACES,
    /** The picture with boxes and labels. */
    DRAWN
  }

  /** A name for people and logs, free of credentials. */
  String name();

  /**
   * What it wants of the next frame. Asked before every frame, by another thread than the one that
   * writes: what nobody wants is not made. Where faces are hidden, they are so in all pictures.
   */
  default Want wants() {
    return Want.DRAWN;
  }

  /**
   * Whether somebody looks at it now: of a live source it gets no frame that would be older than
   * the source allows when it is through.
   */
  default boolean shows() {
    return false;
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
   * What became of what it sends on by itself; null where what is written is there. From any
   * thread, also after it is closed.
   */
  default @Nullable Delivery delivery() {
    return null;
  }

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
