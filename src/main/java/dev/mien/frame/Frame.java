package dev.mien.frame;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * One picture of a stream. It owns its image: height x width x 3, 8 bit, BGR, rows from the top.
 *
 * <p>Whoever is handed a frame in a call borrows it for the time of that call; who needs it longer
 * takes a {@link #copy}. Not safe for use by two threads at once.
 */
public final class Frame implements AutoCloseable {
  private final long sequence;
  private final long timestamp;
  private final Mat image;
  private final Size size;
  private boolean closed;

  /**
   * Takes ownership of the image.
   *
   * @param sequence number of the frame in its stream, from 0, without gaps at the source
   * @param timestamp nanoseconds since the start of the stream, as the container or camera gave it
   * @param image BGR, 8 bit
   * @throws IllegalArgumentException if the image is empty or not 8 bit BGR; it is then closed
   */
  public Frame(long sequence, long timestamp, Mat image) {
    if (image.empty() || image.type() != opencv_core.CV_8UC3) {
      String found = image.empty() ? "an empty image" : "OpenCV type " + image.type();
      image.close();
      throw new IllegalArgumentException("a frame is 8 bit BGR, found " + found);
    }
    this.sequence = sequence;
    this.timestamp = timestamp;
    this.image = image;
    this.size = new Size(image.cols(), image.rows());
  }

  /** Without its pixels. */
  private Frame(Frame other) {
    sequence = other.sequence;
    timestamp = other.timestamp;
    image = other.image;
    size = other.size;
    closed = true;
  }

  public long sequence() {
    return sequence;
  }

  /** Nanoseconds since the start of the stream. */
  public long timestamp() {
    return timestamp;
  }

  public Size size() {
    return size;
  }

  /** The pixels, lent: valid until this frame is closed, and never to be closed by the caller. */
  public Mat image() {
    if (closed) {
      throw new IllegalStateException("frame " + sequence + " is closed");
    }
    return image;
  }

  /** The same picture in memory of its own. */
  public Frame copy() {
    return new Frame(sequence, timestamp, image().clone());
  }

  /** Its number, time and size, for who does not look at it. */
  public Frame withoutPixels() {
    return new Frame(this);
  }

  /** Whether {@link #image} is still there. */
  public boolean hasPixels() {
    return !closed;
  }

  /** The same pixels under another number and time. This frame gives them away and is closed. */
  public Frame renumbered(long newSequence, long newTimestamp) {
    Mat pixels = image();
    closed = true;
    return new Frame(newSequence, newTimestamp, pixels);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      image.close();
    }
  }
}
