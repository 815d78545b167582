package dev.mien.source;

import dev.mien.frame.Frame;
import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cameras, network streams and pipes, over FFmpeg itself: whatever FFmpeg waits for ends at a time
 * limit and at {@link #close}, which JavaCV's grabber cannot promise.
 */
final class AvSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(AvSource.class);

  /** The longest wait for a connection, and then for each frame. */
  static final long PATIENCE_NANOS = 10_000_000_000L;

  static final String CAMERA_FORMAT = "video4linux2";

  /** Raw pictures of this size do not fit through USB 2 at full rate, MJPEG does. */
  static final Map<String, String> CAMERA_OPTIONS =
      Map.of("input_format", "mjpeg", "video_size", "1280x720");

  private final String name;
  private final Timeline timeline;
  private final AvInput input;
  private final @Nullable Pump pump;
  private final Bgr bgr;
  private final AVRational ticks;
  private final long step;
  private long next;
  private boolean framesCame;
  private boolean freed;

  private AvSource(String name, Timeline timeline, AvInput input, @Nullable Pump pump) {
    this.name = name;
    this.timeline = timeline;
    this.input = input;
    this.pump = pump;
    bgr = new Bgr(Bgr.quarterTurns(input.stream()));
    ticks = input.stream().time_base();
    step = Ffmpeg.usualStep(input.stream());
  }

  /**
   * @param gone whether nobody waits for the source any more; ends the opening too
   * @param patience nanoseconds for the connection, and then for each frame
   */
  static AvSource network(
      String name, String url, Timeline timeline, BooleanSupplier gone, long patience)
      throws IOException {
    AvInput input = new AvInput(Secrets.mask(url), false, gone, patience);
    input.open(url, null, options(url));
    return new AvSource(name, timeline, input, null);
  }

  /**
   * What FFmpeg is told about an address. Time limits are not among it: how such an option is
   * called, and what it does, depends on the protocol and on FFmpeg's version.
   */
  static Map<String, String> options(String url) {
    return url.startsWith("rtsp") ? Map.of("rtsp_transport", "tcp") : Map.of();
  }

  /**
   * A named pipe or a device that is no camera: it waits when nobody reads, so nothing is lost, and
   * its end is no failure.
   */
  static AvSource pipe(String name, Path file, long patience) throws IOException {
    Pump pump = Pump.start(file);
    try {
      AvInput input = new AvInput(file.toString(), true, () -> false, patience);
      input.open(pump.url(), null, Map.of());
      return new AvSource(name, new Timeline(), input, pump);
    } catch (SourceException | RuntimeException e) {
      pump.close();
      throw e;
    }
  }

  static AvSource camera(String name, String device, Timeline timeline, BooleanSupplier gone)
      throws IOException {
    Path file = Path.of(device);
    if (!Files.exists(file)) {
      String known = String.join(", ", Cameras.devices());
      throw new SourceException(
          Reason.UNREACHABLE,
          "%s: there is no such camera; found: %s"
              .formatted(device, known.isEmpty() ? "none" : known));
    }
    if (!Files.isReadable(file) || !Files.isWritable(file)) {
      throw new SourceException(
          Reason.REFUSED,
          device + ": no permission to use the camera; its group is usually 'video'");
    }
    Ffmpeg.load();
    AVInputFormat v4l2 = avformat.av_find_input_format(CAMERA_FORMAT);
    if (v4l2 == null || v4l2.isNull()) {
      throw new SourceException(Reason.BAD_INPUT, device + ": this FFmpeg has no Video4Linux");
    }
    AvInput input = new AvInput(device, false, gone, PATIENCE_NANOS);
    try {
      input.open(device, v4l2, CAMERA_OPTIONS);
    } catch (SourceException e) {
      if (e.reason() != Reason.BAD_INPUT) {
        throw e;
      }
      log.debug("{}: no MJPEG, raw pictures instead", device);
      input = new AvInput(device, false, gone, PATIENCE_NANOS);
      input.open(device, v4l2, Map.of());
    }
    return new AvSource(name, timeline, input, null);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Pace pace() {
    return input.endless() ? Pace.LIVE : Pace.RECORDED;
  }

  @Override
  public synchronized @Nullable Frame read() throws IOException {
    if (freed) {
      return null;
    }
    AVFrame picture = input.next();
    if (picture != null) {
      return frame(picture);
    }
    if (input.endless() && framesCame && !input.cancelled()) {
      throw new SourceException(Reason.FAILED, name + ": the other side ended the stream");
    }
    return null;
  }

  private Frame frame(AVFrame picture) throws SourceException {
    if (Ffmpeg.tooLarge(picture.width(), picture.height())) {
      throw Ffmpeg.tooLarge(name, picture.width(), picture.height());
    }
    long time = picture.best_effort_timestamp();
    long given =
        time == avutil.AV_NOPTS_VALUE
            ? input.endless() ? System.nanoTime() : next
            : avutil.av_rescale(time, ticks.num() * 1_000_000_000L, ticks.den());
    next = given + step;
    framesCame = true;
    return new Frame(
        timeline.nextSequence(),
        input.endless() ? timeline.at(given) : given,
        bgr.convert(picture));
  }

  /** Ends a waiting call first: the brake stops it, the lock waits for it. */
  @Override
  public void close() {
    input.cancel();
    free();
  }

  private synchronized void free() {
    if (freed) {
      return;
    }
    freed = true;
    bgr.close();
    input.close();
    if (pump != null) {
      pump.close();
    }
  }
}
