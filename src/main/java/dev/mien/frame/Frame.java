package dev.mien.frame;

import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * One picture of a stream: height x width x 3, 8 bit, BGR, rows from the top.
 *
 * <p>A frame that has left its source is read by many and changed by nobody. Whoever is handed one
 * in a call borrows it for the time of that call; who keeps it longer takes a {@link #share} and
 * closes that; who changes pixels takes a {@link #copy}. The memory is freed with the last share.
 * One handle is for one thread at a time; shares of the same pixels may be read by many.
 */
public final class Frame implements AutoCloseable {
  /** The memory, and how many frames hold it. */
  private static final class Pixels {
    private final Mat image;
    private final AtomicInteger holders = new AtomicInteger(1);

    Pixels(Mat image) {
      this.image = image;
    }

    void release() {
      if (holders.decrementAndGet() == 0) {
        image.close();
      }
    }
  }

  private final long sequence;
  private final long timestamp;
  private final Size size;
  private final Pixels pixels;
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
    this.pixels = new Pixels(image);
    this.size = new Size(image.cols(), image.rows());
  }

  private Frame(long sequence, long timestamp, Frame of, boolean closed) {
    this.sequence = sequence;
    this.timestamp = timestamp;
    this.pixels = of.pixels;
    this.size = of.size;
    this.closed = closed;
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

  /** The pixels, lent and not to be changed: valid until this frame is closed. */
  public Mat image() {
    if (closed) {
      throw new IllegalStateException("frame " + sequence + " is closed");
    }
    return pixels.image;
  }

  /** The same pixels, which stay until this share is closed too. */
  public Frame share() {
    image();
    pixels.holders.incrementAndGet();
    return new Frame(sequence, timestamp, this, false);
  }

  /** The same picture in memory of its own, to be drawn on. */
  public Frame copy() {
    return new Frame(sequence, timestamp, image().clone());
  }

  /** Its number, time and size, for who does not look at it. */
  public Frame withoutPixels() {
    return new Frame(sequence, timestamp, this, true);
  }

  /** Whether {@link #image} is still there. */
  public boolean hasPixels() {
    return !closed;
  }

  /** The same pixels under another number and time. This frame gives them away and is closed. */
  public Frame renumbered(long newSequence, long newTimestamp) {
    image();
    closed = true;
    return new Frame(newSequence, newTimestamp, this, false);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      pixels.release();
    }
  }
}
