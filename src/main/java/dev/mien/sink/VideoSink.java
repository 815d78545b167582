package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The annotated video in a file. Its first frame is at 0, the others as far from it as in the
 * stream, to within a millisecond; a frame that is not later than the one before comes a
 * millisecond after it.
 *
 * <p>The first frame gives the size: odd sides are padded by a pixel, tiny ones to 16, and larger
 * pictures than H.264 level 5.1 knows are brought down to fit 3840x2160 (or 2160x3840). Frames of
 * another size that come later are fitted into it, with black bars.
 */
final class VideoSink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(VideoSink.class);

  /** Frames a second where the source does not say; only a hint to players. */
  static final double USUAL_RATE = 30;

  /** A millisecond: the finest time that Matroska keeps. */
  private static final int STEP = Encoder.TICKS / 1000;

  private static final double TICKS_A_NANOSECOND = Encoder.TICKS / 1e9;
  private static final int LONGEST = 3840;
  private static final int SHORTEST = 2160;
  private static final int SMALLEST = 16;

  private final Path file;
  private final double frameRate;
  private final Mat canvas = new Mat();
  private @Nullable Encoder encoder;
  private Size size = new Size(SMALLEST, SMALLEST);
  private long start;
  private long last;
  private boolean closed;

  VideoSink(Path file, double frameRate) {
    this.file = file;
    this.frameRate = Math.min(Math.max(frameRate, 1), 240);
    try {
      OutputFile.open(file).close();
    } catch (IOException e) {
      throw new IllegalArgumentException("--to " + file + ": " + OutputFile.reason(e), e);
    }
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    if (closed) {
      throw new SinkException(file + ": is closed");
    }
    Encoder open = encoder;
    if (open == null) {
      size = sizeFor(frame.size());
      open = new Encoder(file, size, frameRate);
      encoder = open;
      start = frame.timestamp();
      last = -STEP;
    }
    last = Math.max(last + STEP, Math.round((frame.timestamp() - start) * TICKS_A_NANOSECOND));
    open.encode(fitted(frame), last);
  }

  static Size sizeFor(Size size) {
    double longSide = Math.max(size.width(), size.height());
    double shortSide = Math.min(size.width(), size.height());
    double scale = Math.min(1, Math.min(LONGEST / longSide, SHORTEST / shortSide));
    return new Size(even(size.width() * scale), even(size.height() * scale));
  }

  private static int even(double side) {
    return Math.max(SMALLEST, (int) Math.ceil(side / 2 - 1e-6) * 2);
  }

  /** The frame's image itself where it fits, else the canvas with the image on it. */
  private Mat fitted(Frame frame) {
    Mat image = frame.image();
    int width = image.cols();
    int height = image.rows();
    int right = size.width() - width;
    int bottom = size.height() - height;
    if (right == 0 && bottom == 0) {
      return image;
    }
    if (size.equals(sizeFor(frame.size())) && right >= 0 && bottom >= 0) {
      opencv_core.copyMakeBorder(image, canvas, 0, bottom, 0, right, opencv_core.BORDER_REPLICATE);
      return canvas;
    }
    double scale = Math.min((double) size.width() / width, (double) size.height() / height);
    int w = Math.min(size.width(), Math.max(1, (int) Math.round(width * scale)));
    int h = Math.min(size.height(), Math.max(1, (int) Math.round(height * scale)));
    canvas.create(size.height(), size.width(), opencv_core.CV_8UC3);
    try (Rect place = new Rect((size.width() - w) / 2, (size.height() - h) / 2, w, h);
        Scalar black = new Scalar(0);
        Mat part = new Mat(canvas, place);
        org.bytedeco.opencv.opencv_core.Size to = new org.bytedeco.opencv.opencv_core.Size(w, h)) {
      canvas.put(black);
      opencv_imgproc.resize(
          image,
          part,
          to,
          0,
          0,
          scale < 1 ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_LINEAR);
    }
    return canvas;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    canvas.close();
    try (Encoder open = encoder) {
      if (open == null) {
        // No frame came: an empty file would only look like a video.
        Files.deleteIfExists(file);
      } else {
        open.finish();
      }
    } catch (IOException e) {
      log.warn("{}", e.getMessage());
    }
  }
}
