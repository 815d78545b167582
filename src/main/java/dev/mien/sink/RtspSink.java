package dev.mien.sink;

import dev.mien.annotate.Notice;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.rtsp.RtspStream;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The annotated pictures as a stream of Mien's own RTSP server. While nobody has it set up, nothing
 * is encoded. While no frames come, the last one is shown darkened, with words that say so.
 *
 * <p>A stream changes its size where the frames do. Its times are the frames' own; they go on
 * growing while none come.
 */
final class RtspSink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(RtspSink.class);

  /** How often it is looked whether frames still come. */
  static final int TICK_MILLIS = 250;

  private static final int TICK = H264.TICKS * TICK_MILLIS / 1000;
  private static final int TICKS_A_SECOND = 1000 / TICK_MILLIS;

  /** So long may frames stay away before it is said; three times as long as they usually do. */
  private static final int PATIENCE = 2 * TICKS_A_SECOND;

  private static final int LONGEST_PATIENCE = 30 * TICKS_A_SECOND;

  /** Frames that are further apart than this are rare. */
  private static final int RARE = H264.TICKS / 2;

  /** Between two pictures where the frames' times do not say. */
  private static final int STEP = H264.TICKS / 30;

  /** Many who come at once share a key frame: asked for sooner than this, it has to wait. */
  private static final int KEYS_APART = H264.TICKS / 4;

  private static final double TICKS_A_NANOSECOND = H264.TICKS / 1e9;
  private static final Size FIRST_CARD = new Size(640, 360);

  private final RtspStream stream;
  private final String source;
  private final double frameRate;
  private final Notice notice = new Notice();
  private final AVPacket packet = avcodec.av_packet_alloc();
  private final ScheduledExecutorService watch;
  private @Nullable Canvas canvas;
  private @Nullable H264 coder;
  private @Nullable Frame last;
  private Size size = FIRST_CARD;
  private volatile boolean rare = true;
  private boolean started;
  private long offset;
  private long time;
  private long keyAt = -KEYS_APART;
  private long encodedAt;
  private int quiet;
  private int patience = PATIENCE;
  private boolean closed;

  /**
   * Takes over the stream.
   *
   * @param source its name, for the words
   * @param frameRate a hint
   */
  RtspSink(RtspStream stream, String source, double frameRate) throws SinkException {
    this.stream = stream;
    this.source = source;
    this.frameRate = frameRate;
    watch =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "mien-rtsp-" + stream.name());
              thread.setDaemon(true);
              return thread;
            });
    try {
      // Players are told of the pictures' form before the first one comes.
      say("no picture from " + source + " yet");
    } catch (SinkException e) {
      close();
      throw e;
    }
    // At a fixed rate, for the stream's time goes by the ticks while no frames come.
    var unused =
        watch.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    log.info("{} is served at {}", source, stream.url());
  }

  @Override
  public String name() {
    return stream.url();
  }

  /** Of a source with rare frames, each is kept: who comes between two of them sees the last. */
  @Override
  public Want wants() {
    return stream.watched() || rare ? Want.DRAWN : Want.NOTHING;
  }

  @Override
  public synchronized void write(Frame frame, Observation observation) throws IOException {
    if (closed) {
      throw new SinkException(name() + ": is closed");
    }
    long given = Math.round(frame.timestamp() * TICKS_A_NANOSECOND);
    long next = given + offset;
    long past = Math.max(time, encodedAt);
    if (!started || next <= past) {
      next = past + STEP;
      offset = next - given;
    }
    if (started) {
      long usual = (next - time) * 3 / TICK;
      patience = (int) Math.max(PATIENCE, Math.min(usual, LONGEST_PATIENCE));
    }
    rare = !started || next - time >= RARE;
    started = true;
    quiet = 0;
    time = next;
    keep(frame);
    if (frame.hasPixels()) {
      encode(frame, next, stream.keyWanted());
    }
  }

  private void keep(Frame frame) {
    if (last != null) {
      last.close();
    }
    last = frame.hasPixels() ? frame.share() : null;
    size = frame.size();
  }

  private synchronized void tick() {
    if (closed) {
      return;
    }
    quiet++;
    try {
      Frame shown = last;
      if (!started || (quiet >= patience && quiet % 2 == 0)) {
        say(
            started
                ? "no picture from " + source + " for " + words(quiet / TICKS_A_SECOND)
                : "no picture from " + source + " yet");
      } else if (shown != null && quiet > 1 && stream.keyWanted()) {
        encode(
            shown, now(), true); // Who comes between two rare frames sees the one before at once.
      }
    } catch (SinkException | RuntimeException e) {
      log.warn("{}", e.getMessage());
    }
  }

  static String words(int seconds) {
    if (seconds < 120) {
      return seconds + " s";
    }
    return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
  }

  /** The last picture, or a plain one, with words. */
  private void say(String words) throws SinkException {
    if (coder != null && !stream.watched()) {
      return;
    }
    try (Frame card = last == null ? plain() : last.copy()) {
      notice.put(card, words);
      encode(card, now(), stream.keyWanted());
    }
  }

  private Frame plain() {
    Mat image = new Mat(size.height(), size.width(), opencv_core.CV_8UC3);
    try (Scalar gray = new Scalar(90, 90, 90, 0)) {
      image.put(gray);
    }
    return new Frame(0, 0, image);
  }

  /** Frames that are only late keep their times: these go on where something else is shown. */
  private long now() {
    return time + (long) TICK * Math.max(0, quiet - 1);
  }

  private void encode(Frame frame, long shownAt, boolean keyWanted) throws SinkException {
    H264 open = fitting(Canvas.sizeFor(frame.size()));
    if (open == null) {
      return;
    }
    long at = Math.max(shownAt, encodedAt + 1);
    boolean key = keyWanted && at - keyAt >= KEYS_APART;
    open.send(Objects.requireNonNull(canvas).fitted(frame), at, key);
    while (open.receive(packet)) {
      try {
        byte[] unit = new byte[packet.size()];
        packet.data().get(unit);
        if ((packet.flags() & avcodec.AV_PKT_FLAG_KEY) != 0) {
          keyAt = at;
        }
        stream.publish(unit, at);
      } finally {
        avcodec.av_packet_unref(packet);
      }
    }
    encodedAt = at;
  }

  /** The encoder for pictures of this size; null where nobody would see them. */
  private @Nullable H264 fitting(Size size) throws SinkException {
    boolean other = canvas == null || !canvas.size().equals(size);
    if (!other && !stream.watched()) {
      return null;
    }
    if (other) {
      letGo();
      canvas = new Canvas(size);
      coder = new H264(name(), size, frameRate, false);
    }
    return coder;
  }

  private void letGo() {
    if (canvas != null) {
      canvas.close();
      canvas = null;
    }
    if (coder != null) {
      coder.close();
      coder = null;
    }
  }

  @Override
  public void close() {
    watch.shutdownNow();
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      letGo();
      if (last != null) {
        last.close();
      }
      avcodec.av_packet_free(packet);
    }
    stream.close();
  }
}
