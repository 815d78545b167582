package dev.mien.source;

import dev.mien.frame.Frame;
import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
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

  private static final long PROBE_MICROS = 1_000_000;
  private static final int UNPLUGGED = -19;
  private static final int BUSY = -16;
  private static final int UNAUTHORIZED = -825242872;
  private static final int FORBIDDEN = -858797304;

  private final String name;
  private final Timeline timeline;
  private final BooleanSupplier gone;
  private final long patience;
  private @Nullable Pump pump;
  private @Nullable AVFormatContext context;
  private Ffmpeg.@Nullable Brake brake;
  private @Nullable AVCodecContext decoder;
  private final AVPacket packet = avcodec.av_packet_alloc();
  private final AVFrame picture = avutil.av_frame_alloc();
  private @Nullable Bgr bgr;
  private @Nullable AVStream stream;
  private boolean endless;
  private boolean flushing;
  private boolean freed;
  private long frames;
  private volatile long deadline;
  private long step;
  private long next;
  private volatile boolean cancelled;

  private AvSource(String name, Timeline timeline, BooleanSupplier gone, long patience) {
    this.name = name;
    this.timeline = timeline;
    this.gone = gone;
    this.patience = patience;
  }

  /**
   * @param gone whether nobody waits for the source any more; ends the opening too
   * @param patience nanoseconds for the connection, and then for each frame
   */
  static AvSource network(
      String name, String url, Timeline timeline, BooleanSupplier gone, long patience)
      throws IOException {
    Map<String, String> options =
        url.startsWith("rtsp") ? Map.of("rtsp_transport", "tcp") : Map.of();
    return new AvSource(name, timeline, gone, patience).open(url, Secrets.mask(url), null, options);
  }

  /**
   * A named pipe or a device that is no camera: it waits when nobody reads, so nothing is lost, and
   * its end is no failure.
   */
  static AvSource pipe(String name, Path file, long patience) throws IOException {
    AvSource source = new AvSource(name, new Timeline(), () -> false, patience);
    Pump opened = Pump.start(file);
    source.pump = opened;
    return source.open(opened.url(), file.toString(), null, Map.of());
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
    AVInputFormat v4l2 = avformat.av_find_input_format("video4linux2");
    if (v4l2 == null || v4l2.isNull()) {
      throw new SourceException(Reason.BAD_INPUT, device + ": this FFmpeg has no Video4Linux");
    }
    try {
      // Raw pictures of this size do not fit through USB 2 at full rate, MJPEG does.
      return new AvSource(name, timeline, gone, PATIENCE_NANOS)
          .open(device, device, v4l2, Map.of("input_format", "mjpeg", "video_size", "1280x720"));
    } catch (SourceException e) {
      if (e.reason() != Reason.BAD_INPUT) {
        throw e;
      }
      log.debug("{}: no MJPEG, raw pictures instead", device);
      return new AvSource(name, timeline, gone, PATIENCE_NANOS)
          .open(device, device, v4l2, Map.of());
    }
  }

  private AvSource open(
      String url, String shown, @Nullable AVInputFormat format, Map<String, String> settings)
      throws SourceException {
    Ffmpeg.load();
    try {
      openInput(url, shown, format, settings);
      openDecoder(shown);
      return this;
    } catch (SourceException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void openInput(
      String url, String shown, @Nullable AVInputFormat format, Map<String, String> settings)
      throws SourceException {
    deadline = System.nanoTime() + patience;
    AVFormatContext opening = avformat.avformat_alloc_context();
    brake =
        new Ffmpeg.Brake(
            opening, () -> cancelled || gone.getAsBoolean() || System.nanoTime() - deadline > 0);
    opening.max_analyze_duration(PROBE_MICROS);
    AVDictionary options = new AVDictionary();
    try {
      settings.forEach((key, value) -> avutil.av_dict_set(options, key, value, 0));
      int code = avformat.avformat_open_input(opening, url, format, options);
      if (code < 0) {
        throw failure(shown, code, "cannot be opened");
      }
      context = opening;
      AVDictionaryEntry rejected =
          avutil.av_dict_get(options, "", null, avutil.AV_DICT_IGNORE_SUFFIX);
      if (rejected != null && !rejected.isNull()) {
        log.warn("{}: FFmpeg does not know the option {}", shown, rejected.key().getString());
      }
    } finally {
      avutil.av_dict_free(options);
    }
    checkSizes(shown, opening);
    endless = pump == null && opening.duration() <= 0 && !sized(opening);
    if (endless) {
      // What piled up while probing is old by the time that it could be shown.
      opening.flags(opening.flags() | AVFormatContext.AVFMT_FLAG_NOBUFFER);
    }
    int code = avformat.avformat_find_stream_info(opening, (AVDictionary) null);
    if (code < 0) {
      throw failure(shown, code, "gives nothing that FFmpeg understands");
    }
    checkSizes(shown, opening);
  }

  /** Whether it ends after so many bytes; those of a playlist say nothing. */
  private static boolean sized(AVFormatContext context) {
    boolean playlist = Set.of("hls", "dash").contains(context.iformat().name().getString());
    return !playlist
        && context.pb() != null
        && !context.pb().isNull()
        && avformat.avio_size(context.pb()) > 0;
  }

  private static void checkSizes(String shown, AVFormatContext context) throws SourceException {
    for (int i = 0; i < context.nb_streams(); i++) {
      int width = context.streams(i).codecpar().width();
      int height = context.streams(i).codecpar().height();
      if (Ffmpeg.tooLarge(width, height)) {
        throw Ffmpeg.tooLarge(shown, width, height);
      }
    }
  }

  private void openDecoder(String shown) throws SourceException {
    AVFormatContext opened = Objects.requireNonNull(context);
    int index =
        avformat.av_find_best_stream(opened, avutil.AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
    if (index < 0) {
      throw new SourceException(
          Reason.BAD_INPUT, shown + ": there is no picture in this stream, only other things");
    }
    AVStream chosen = opened.streams(index);
    AVCodec codec = avcodec.avcodec_find_decoder(chosen.codecpar().codec_id());
    if (codec == null || codec.isNull()) {
      throw new SourceException(Reason.BAD_INPUT, shown + ": no decoder for its pictures");
    }
    AVCodecContext opening = avcodec.avcodec_alloc_context3(codec);
    decoder = opening;
    avcodec.avcodec_parameters_to_context(opening, chosen.codecpar());
    // Each further thread holds a frame back.
    opening.thread_count(1);
    opening.max_pixels(Ffmpeg.LARGEST_AREA);
    opening.pkt_timebase(chosen.time_base());
    int code = avcodec.avcodec_open2(opening, codec, (AVDictionary) null);
    if (code < 0) {
      throw failure(shown, code, "cannot be decoded");
    }
    stream = chosen;
    bgr = new Bgr(Bgr.quarterTurns(chosen));
    step = Ffmpeg.usualStep(chosen);
  }

  private SourceException failure(String shown, int code, String what) {
    if (code == UNAUTHORIZED || code == FORBIDDEN) {
      return new SourceException(
          Reason.REFUSED, shown + ": user or password were not accepted (401/403)");
    }
    if (code == BUSY) {
      return new SourceException(
          Reason.UNREACHABLE, shown + ": another program uses this camera; stop that one first");
    }
    if (code == UNPLUGGED) {
      return new SourceException(Reason.UNREACHABLE, shown + ": the camera is unplugged");
    }
    // Stopped by the brake, a protocol may call what it has so far invalid.
    if (!cancelled && System.nanoTime() - deadline > 0) {
      return new SourceException(
          Reason.UNREACHABLE, "%s: %s within %.0f s".formatted(shown, what, patience / 1e9));
    }
    boolean understood = code == avutil.AVERROR_INVALIDDATA() || code == -22;
    return new SourceException(
        understood ? Reason.BAD_INPUT : Reason.UNREACHABLE,
        "%s: %s: %s".formatted(shown, what, Secrets.mask(Ffmpeg.message(code))));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Pace pace() {
    return endless ? Pace.LIVE : Pace.RECORDED;
  }

  @Override
  public synchronized @Nullable Frame read() throws IOException {
    AVFormatContext input = context;
    AVCodecContext decoding = decoder;
    if (freed || cancelled || input == null || decoding == null) {
      return null;
    }
    deadline = System.nanoTime() + patience;
    while (true) {
      int code = avcodec.avcodec_receive_frame(decoding, picture);
      if (cancelled) {
        return null;
      }
      if (System.nanoTime() - deadline > 0) {
        throw silent();
      }
      if (code >= 0) {
        return frame();
      }
      if (code == avutil.AVERROR_EOF()) {
        return end();
      }
      feed(input, decoding);
    }
  }

  private void feed(AVFormatContext input, AVCodecContext decoding) throws SourceException {
    int code = avformat.av_read_frame(input, packet);
    if (code < 0) {
      if (cancelled) {
        return;
      }
      if (code == avutil.AVERROR_EXIT()) {
        throw silent();
      }
      if (code != avutil.AVERROR_EOF() && code != avutil.AVERROR_EAGAIN()) {
        throw new SourceException(
            Reason.FAILED, name + ": broke off: " + Secrets.mask(Ffmpeg.message(code)));
      }
      if (code == avutil.AVERROR_EOF() && !flushing) {
        flushing = true;
        avcodec.avcodec_send_packet(decoding, null);
      }
      return;
    }
    if (packet.stream_index() == Objects.requireNonNull(stream).index()) {
      // A packet that does not decode is a picture less; the next key frame mends it.
      avcodec.avcodec_send_packet(decoding, packet);
    }
    avcodec.av_packet_unref(packet);
  }

  private SourceException silent() {
    return new SourceException(
        Reason.FAILED, "%s: gave no picture for %.0f s".formatted(name, patience / 1e9));
  }

  private @Nullable Frame end() throws SourceException {
    if (endless && frames > 0) {
      throw new SourceException(Reason.FAILED, name + ": the other side ended the stream");
    }
    return null;
  }

  private Frame frame() throws SourceException {
    if (Ffmpeg.tooLarge(picture.width(), picture.height())) {
      throw Ffmpeg.tooLarge(name, picture.width(), picture.height());
    }
    AVRational ticks = Objects.requireNonNull(stream).time_base();
    long time = picture.best_effort_timestamp();
    long given =
        time == avutil.AV_NOPTS_VALUE
            ? endless ? System.nanoTime() : next
            : avutil.av_rescale(time, ticks.num() * 1_000_000_000L, ticks.den());
    next = given + step;
    frames++;
    return new Frame(
        timeline.nextSequence(),
        endless ? timeline.at(given) : given,
        Objects.requireNonNull(bgr).convert(picture));
  }

  /** Ends a waiting call first: the brake stops it, the lock waits for it. */
  @Override
  public void close() {
    cancelled = true;
    free();
  }

  private synchronized void free() {
    if (freed) {
      return;
    }
    freed = true;
    avcodec.av_packet_free(packet);
    avutil.av_frame_free(picture);
    if (bgr != null) {
      bgr.close();
    }
    if (decoder != null) {
      avcodec.avcodec_free_context(decoder);
    }
    if (context != null) {
      avformat.avformat_close_input(context);
    }
    if (brake != null) {
      brake.close();
    }
    if (pump != null) {
      pump.close();
    }
  }
}
