package dev.mien.source;

import dev.mien.frame.Frame;
import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * One connection to a camera, a network stream or a pipe, over FFmpeg itself: whatever FFmpeg waits
 * for ends at a time limit and at {@link #close}, which JavaCV's grabber cannot promise.
 */
final class AvSource implements Source {
  private static final long POLL_NANOS = 2_000_000L;
  private static final long CLOSE_MILLIS = 150;

  /** Between two looks whether it was closed. */
  private static final long PATIENT_NANOS = 20_000_000L;

  /** What is later than this is not made up for. */
  private static final long LATE_NANOS = 2_000_000_000L;

  private final String name;
  private final ConnectionSupervisor life;
  private final AvInput input;
  private final @Nullable Pump pump;
  private final ReentrantLock lock = new ReentrantLock();
  private final AVPacket packet = avcodec.av_packet_alloc();
  private @Nullable AvDecoder decoder;
  private boolean live;
  private boolean timed;
  private boolean inPieces;
  private boolean flushing;
  private boolean freed;
  private long frames;
  private long step;
  private long next;
  private long offset;

  private AvSource(String name, String shown, ConnectionSupervisor life, @Nullable Pump pump) {
    this.name = name;
    this.life = life;
    this.pump = pump;
    input = new AvInput(shown, life);
  }

  static AvSource network(String name, String url, ConnectionSupervisor life) throws IOException {
    Ffmpeg.load();
    String shown = Secrets.mask(url);
    NetworkAddress.lookUp(url, shown);
    AvSource source = new AvSource(name, shown, life, null);
    return source.open(shown, () -> source.input.open(url, null, NetworkAddress.options(url)));
  }

  /**
   * A named pipe or a device that is no camera: it waits when nobody reads, so nothing is lost, and
   * its end is no failure.
   */
  static AvSource pipe(String name, Path file, Deadlines limits) throws IOException {
    Ffmpeg.load();
    Pump pump = Pump.start(file);
    AvSource source =
        new AvSource(
            name, file.toString(), new ConnectionSupervisor(name, limits, Level.DEBUG), pump);
    return source.open(file.toString(), () -> source.input.open(pump.url(), null, Map.of()));
  }

  static AvSource device(
      String name,
      String device,
      AVInputFormat format,
      Map<String, String> options,
      ConnectionSupervisor life)
      throws IOException {
    AvSource source = new AvSource(name, device, life, null);
    return source.open(device, () -> source.input.openDevice(device, format, options));
  }

  private interface Opening {
    void run() throws SourceException;
  }

  private AvSource open(String shown, Opening opening) throws SourceException {
    try {
      opening.run();
      live = pump == null && input.endless();
      input.probe(live);
      AVStream pictures = input.pictures();
      AvDecoder opened = AvDecoder.open(shown, pictures);
      decoder = opened;
      timed = input.timed();
      inPieces = live && input.isPlaylist();
      step = Ffmpeg.usualStep(pictures);
      life.connected(opened.codec());
      return this;
    } catch (SourceException | RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Pace pace() {
    return live ? Pace.LIVE : Pace.RECORDED;
  }

  @Override
  public @Nullable Frame read() throws IOException {
    lock.lock();
    try {
      return input.cancelled() || decoder == null ? null : decode(decoder);
    } finally {
      lock.unlock();
      if (input.cancelled()) {
        close();
      }
    }
  }

  private @Nullable Frame decode(AvDecoder decoding) throws IOException {
    input.expectWithin(life.limits().frame());
    while (true) {
      int code = decoding.receive();
      if (input.cancelled()) {
        return null;
      }
      // A parser may hold back a last frame and give it out when the read failed: late is late.
      if (input.late()) {
        throw new SourceException(
            Reason.FAILED,
            "%s: gave no picture for %s".formatted(name, Deadlines.text(life.limits().frame())));
      }
      if (code >= 0) {
        return frame(decoding);
      }
      if (code == avutil.AVERROR_EOF()) {
        return end();
      }
      feed(decoding);
    }
  }

  private void feed(AvDecoder decoding) throws SourceException {
    int code = input.read(packet);
    if (code >= 0) {
      decoding.feed(packet);
      avcodec.av_packet_unref(packet);
    } else if (code == avutil.AVERROR_EAGAIN()) {
      LockSupport.parkNanos(POLL_NANOS);
      life.waiting();
    } else if (code == avutil.AVERROR_EOF() && !flushing) {
      flushing = true;
      decoding.end();
    } else if (!input.cancelled() && !input.late() && code != avutil.AVERROR_EOF()) {
      throw AvTrouble.reading(name, code);
    }
  }

  private @Nullable Frame end() throws SourceException {
    if (live && frames > 0) {
      throw new SourceException(Reason.FAILED, name + ": the other side ended the stream");
    }
    return null;
  }

  private Frame frame(AvDecoder decoding) throws SourceException {
    if (Ffmpeg.tooLarge(decoding.width(), decoding.height())) {
      throw Ffmpeg.tooLarge(name, decoding.width(), decoding.height());
    }
    frames++;
    long time = timestamp(decoding);
    if (inPieces) {
      await(time);
    }
    return new Frame(life.timeline().nextSequence(), time, decoding.image());
  }

  /** Until a picture is due, of those that came all at once; one that is late does not wait. */
  private void await(long time) {
    long now = System.nanoTime();
    if (frames == 1 || now - time - offset > LATE_NANOS) {
      offset = now - time;
    }
    for (long left = time + offset - now;
        left > 0 && !input.cancelled();
        left = time + offset - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(left, PATIENT_NANOS));
    }
  }

  private long timestamp(AvDecoder decoding) {
    Long given = decoding.time();
    if (live) {
      return life.timeline().at(timed && given != null ? given : Timeline.NONE, System.nanoTime());
    }
    long time = given == null ? next : given;
    next = time + step;
    return time;
  }

  /**
   * Ends a waiting call first, and frees when that has come back; should it not come back soon, the
   * thread that made it frees.
   */
  @Override
  public void close() {
    input.cancel();
    try {
      if (lock.tryLock(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          free();
        } finally {
          lock.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void free() {
    if (freed) {
      return;
    }
    freed = true;
    avcodec.av_packet_free(packet);
    if (decoder != null) {
      decoder.close();
      decoder = null;
    }
    input.close();
    if (pump != null) {
      pump.close();
    }
  }
}
