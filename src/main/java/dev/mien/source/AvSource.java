package dev.mien.source;

import dev.mien.frame.Frame;
import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
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
 * A recording in a file, or one connection to a camera, a network stream or a pipe, over FFmpeg:
 * whatever FFmpeg waits for ends at a time limit and at {@link #close}.
 */
final class AvSource implements Source {
  private static final long POLL_NANOS = 2_000_000L;
  private static final long CLOSE_MILLIS = 150;

  /** What is missing at the end before a recording is called truncated. */
  private static final long MISSING_NANOS = 1_500_000_000L;

  /**
   * Decoding leaves the cores to the workers: on two of them a second decoding thread costs more
   * than it brings. Where there are many, one would hold them all up.
   */
  private static final int FILE_THREADS =
      Math.max(1, Runtime.getRuntime().availableProcessors() / 4);

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
  private boolean whole;
  private RecordedTimes times = new RecordedTimes(false, Timeline.USUAL_STEP);
  private long length;
  private @Nullable String broken;
  private long offset;

  private AvSource(
      String name,
      String shown,
      ConnectionSupervisor life,
      @Nullable Pump pump,
      StreamOptions options,
      @Nullable Neighbourhood named) {
    this.name = name;
    this.life = life;
    this.pump = pump;
    input = new AvInput(shown, life, options, named);
  }

  /**
   * @param address with what of {@link StreamOptions} is wished
   */
  static AvSource network(String name, String address, ConnectionSupervisor life)
      throws IOException {
    Ffmpeg.load();
    StreamOptions options = StreamOptions.ofNetwork(address);
    String url = StreamOptions.withoutFollow(address);
    String shown = Secrets.mask(url);
    NetworkAddress.lookUp(url, shown);
    AvSource source = new AvSource(name, shown, life, null, options, new Neighbourhood(url));
    return source.open(shown, 1, () -> source.input.open(url, null, NetworkAddress.options(url)));
  }

  /** A recording in a file, every frame of it. */
  static AvSource file(String name, Path file, AVInputFormat format, StreamOptions options)
      throws SourceException {
    ConnectionSupervisor life = new ConnectionSupervisor(name, Deadlines.NONE, Level.DEBUG);
    AvSource source = new AvSource(name, name, life, null, options, null);
    source.whole = true;
    return source.open(
        name, FILE_THREADS, () -> source.input.open(VideoSource.absolute(file), format, Map.of()));
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
            name,
            file.toString(),
            new ConnectionSupervisor(name, limits, Level.DEBUG),
            pump,
            StreamOptions.NONE,
            null);
    return source.open(file.toString(), 1, () -> source.input.open(pump.url(), null, Map.of()));
  }

  static AvSource device(
      String name,
      String device,
      AVInputFormat format,
      Map<String, String> options,
      ConnectionSupervisor life)
      throws IOException {
    AvSource source = new AvSource(name, device, life, null, StreamOptions.NONE, null);
    return source.open(device, 1, () -> source.input.openDevice(device, format, options));
  }

  private interface Opening {
    void run() throws SourceException;
  }

  private AvSource open(String shown, int threads, Opening opening) throws SourceException {
    try {
      opening.run();
      live = pump == null && !whole && input.endless();
      input.probe(!whole, live);
      AVStream pictures = input.pictures();
      AvDecoder opened = AvDecoder.open(shown, pictures, threads);
      decoder = opened;
      timed = input.timed();
      inPieces = live && input.isPlaylist();
      times = new RecordedTimes(input.restarts(), Ffmpeg.usualStep(pictures));
      length = opened.length();
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
      if (!whole) {
        throw AvTrouble.reading(name, code);
      }
      if (!flushing) {
        broken = Ffmpeg.message(code);
        flushing = true;
        decoding.end();
      }
    }
  }

  private @Nullable Frame end() throws SourceException {
    if (live && frames > 0) {
      throw new SourceException(Reason.FAILED, name + ": the other side ended the stream");
    }
    if (whole && frames == 0) {
      throw bad("no picture in it can be decoded");
    }
    if (!live && length > 0 && length + times.offset() - times.end() > MISSING_NANOS) {
      throw bad(
          String.format(
              Locale.ROOT,
              "ends after %.1f s, but says that it lasts %.1f s; truncated?",
              times.end() / 1e9,
              length / 1e9));
    }
    if (broken != null) {
      throw bad(
          String.format(Locale.ROOT, "breaks off after %.1f s: %s", times.end() / 1e9, broken));
    }
    return null;
  }

  private SourceException bad(String what) {
    return new SourceException(Reason.BAD_INPUT, name + ": " + what);
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
    return times.at(given, decoding.duration());
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
