package dev.mien.sink;

import dev.mien.annotate.Notice;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.rtsp.Outgoing;
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
 * The annotated pictures as an RTSP stream: of Mien's own server, or sent to one elsewhere. While
 * nobody takes it, nothing is encoded. While no frames come, the last one is shown darkened, with
 * words that say so.
 *
 * <p>A stream changes its size where the frames do. Its times are the frames' own; they go on
 * growing while none come.
 */
final class RtspSink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(RtspSink.class);

  private static final int TICK = H264.TICKS * Silence.TICK_MILLIS / 1000;

  /** Frames that are further apart than this are rare. */
  private static final int RARE = H264.TICKS / 2;

  /** Between two pictures where the frames' times do not say. */
  private static final int STEP = H264.TICKS / 30;

  /** Two pictures are never closer: recorders take for one what a container cannot tell apart. */
  private static final int LEAST = H264.TICKS / 250;

  /** Many who come at once share a key frame: asked for sooner than this, it has to wait. */
  private static final int KEYS_APART = H264.TICKS / 4;

  private static final double TICKS_A_NANOSECOND = H264.TICKS / 1e9;
  private static final Size FIRST_CARD = new Size(640, 360);

  /**
   * What is sent is announced anew where its size changes: the first frame is worth waiting for.
   */
  private static final int FIRST_SENT_AFTER = 3000 / Silence.TICK_MILLIS;

  private final Outgoing stream;
  private final String name;
  private final boolean sent;
  private final double frameRate;
  private final Silence silence;
  private final Notice notice = new Notice();
  private final AVPacket packet = avcodec.av_packet_alloc();
  private final ScheduledExecutorService watch;
  private @Nullable Canvas canvas;
  private @Nullable H264 coder;
  private @Nullable Frame last;
  private Size size = FIRST_CARD;
  private volatile boolean rare = true;
  private long offset;
  private long time;
  private long keyAt = -KEYS_APART;
  private long encodedAt;
  private boolean closed;

  private RtspSink(Outgoing stream, String name, boolean sent, Outlet outlet) throws SinkException {
    this.stream = stream;
    this.name = name;
    this.sent = sent;
    frameRate = outlet.frameRate().orElse(VideoPart.USUAL_RATE);
    silence = new Silence(outlet.source(), outlet.away());
    watch =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "mien-rtsp-" + outlet.source());
              thread.setDaemon(true);
              return thread;
            });
    if (!sent) {
      try {
        // Players are told of the pictures' form before the first one comes.
        say();
      } catch (SinkException e) {
        close();
        throw e;
      }
    }
    // At a fixed rate, for the stream's time goes by the ticks while no frames come.
    int tick = Silence.TICK_MILLIS;
    var unused = watch.scheduleAtFixedRate(this::tick, tick, tick, TimeUnit.MILLISECONDS);
  }

  /** Takes over a stream of Mien's own server. */
  static RtspSink served(RtspStream stream, Outlet outlet) throws SinkException {
    RtspSink sink = new RtspSink(stream, stream.url(), false, outlet);
    log.info("{} is served at {}", outlet.source(), stream.url());
    return sink;
  }

  /**
   * Takes over a stream that is sent.
   *
   * @param name where it goes, without user and password
   */
  static RtspSink sent(Outgoing stream, String name, Outlet outlet) throws SinkException {
    return new RtspSink(stream, name, true, outlet);
  }

  @Override
  public String name() {
    return name;
  }

  /** Of a source with rare frames, each is kept: who comes between two of them sees the last. */
  @Override
  public Want wants() {
    return stream.watched() || rare ? Want.DRAWN : Want.NOTHING;
  }

  @Override
  public boolean shows() {
    return true;
  }

  @Override
  public synchronized void write(Frame frame, Observation observation) throws IOException {
    if (closed) {
      throw new SinkException(name() + ": is closed");
    }
    long given = Math.round(frame.timestamp() * TICKS_A_NANOSECOND);
    long next = given + offset;
    long past = Math.max(time, encodedAt);
    if (!silence.started() || next < past + LEAST) {
      next = past + STEP;
      offset = next - given;
    }
    rare = !silence.started() || next - time >= RARE;
    silence.frame(frame.timestamp());
    time = next;
    keep(frame);
    if (!frame.hasPixels() || !encode(frame, next, stream.keyWanted())) {
      stream.skipped();
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
    silence.tick();
    int ticks = silence.ticks();
    try {
      Frame shown = last;
      if (silence.started()
          ? silence.lasting() && ticks % 2 == 0
          : !sent || ticks >= FIRST_SENT_AFTER) {
        say();
      } else if (shown != null && ticks > 1 && stream.keyWanted()) {
        encode(
            shown, now(), true); // Who comes between two rare frames sees the one before at once.
      }
    } catch (SinkException | RuntimeException e) {
      log.warn("{}", e.getMessage());
    }
  }

  /** The last picture, or a plain one, with words. */
  private void say() throws SinkException {
    if (coder != null && !stream.watched()) {
      return;
    }
    try (Frame card = last == null ? plain() : last.copy()) {
      notice.put(card, silence.words());
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
    return time + (long) TICK * Math.max(0, silence.ticks() - 1);
  }

  /** Whether anybody wanted it. */
  private boolean encode(Frame frame, long shownAt, boolean keyWanted) throws SinkException {
    H264 open = fitting(Canvas.sizeFor(frame.size()));
    if (open == null) {
      return false;
    }
    long at = Math.max(shownAt, encodedAt + LEAST);
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
    return true;
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
      coder = new H264(name, size, frameRate, false);
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
