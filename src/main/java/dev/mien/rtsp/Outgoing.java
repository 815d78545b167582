package dev.mien.rtsp;

/** A stream of H.264 on its way to others. Callable from any thread; no call waits for them. */
public interface Outgoing extends AutoCloseable {
  /** Whether anybody takes it: where nobody does, a picture need not even be encoded. */
  boolean watched();

  /** Whether somebody waits for a key frame. */
  boolean keyWanted();

  /**
   * Sends the next picture.
   *
   * @param annexB one access unit of H.264, every key frame with its parameter sets
   * @param time 90 kHz, later than the last
   */
  void publish(byte[] annexB, long time);

  /** A frame came that is not published, for nobody takes it. */
  default void skipped() {}

  @Override
  void close();
}
