package dev.mien.source;

import dev.mien.source.SourceException.Reason;
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
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of FFmpeg's and the decoder of its pictures. Whatever FFmpeg waits for ends at a
 * time limit and at {@link #cancel}; each call fails with FFmpeg's own reason.
 */
final class AvInput implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AvInput.class);

  private static final long PROBE_MICROS = 1_000_000;
  private static final int UNPLUGGED = -19;
  private static final int BUSY = -16;
  private static final int UNAUTHORIZED = -825242872;
  private static final int FORBIDDEN = -858797304;

  private final String shown;
  private final boolean waits;
  private final BooleanSupplier gone;
  private final long patience;
  private final AVPacket packet = avcodec.av_packet_alloc();
  private final AVFrame picture = avutil.av_frame_alloc();
  private @Nullable AVFormatContext context;
  private Ffmpeg.@Nullable Brake brake;
  private @Nullable AVCodecContext decoder;
  private @Nullable AVStream stream;
  private boolean endless;
  private boolean flushing;
  private boolean closed;
  private volatile long deadline;
  private volatile boolean cancelled;

  /**
   * @param shown what it reads, for people, free of credentials
   * @param waits whether the other side waits when nobody reads, so that nothing ever piles up
   * @param gone whether nobody waits for it any more
   * @param patience nanoseconds for the connection, and then for each picture
   */
  AvInput(String shown, boolean waits, BooleanSupplier gone, long patience) {
    this.shown = shown;
    this.waits = waits;
    this.gone = gone;
    this.patience = patience;
  }

  /**
   * Connects and starts the decoder; on a failure it is closed.
   *
   * @param format null: what FFmpeg finds it to be
   */
  void open(String url, @Nullable AVInputFormat format, Map<String, String> settings)
      throws SourceException {
    Ffmpeg.load();
    try {
      connect(url, format, settings);
      openDecoder();
    } catch (SourceException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void connect(String url, @Nullable AVInputFormat format, Map<String, String> settings)
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
        throw failure(code, "cannot be opened");
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
    checkSizes(opening);
    endless = !waits && opening.duration() <= 0 && !sized(opening);
    if (endless) {
      // What piled up while probing is old by the time that it could be shown.
      opening.flags(opening.flags() | AVFormatContext.AVFMT_FLAG_NOBUFFER);
    }
    int code = avformat.avformat_find_stream_info(opening, (AVDictionary) null);
    if (code < 0) {
      throw failure(code, "gives nothing that FFmpeg understands");
    }
    checkSizes(opening);
  }

  /** Whether it ends after so many bytes; those of a playlist say nothing. */
  private static boolean sized(AVFormatContext context) {
    boolean playlist = Set.of("hls", "dash").contains(context.iformat().name().getString());
    return !playlist
        && context.pb() != null
        && !context.pb().isNull()
        && avformat.avio_size(context.pb()) > 0;
  }

  private void checkSizes(AVFormatContext opened) throws SourceException {
    for (int i = 0; i < opened.nb_streams(); i++) {
      int width = opened.streams(i).codecpar().width();
      int height = opened.streams(i).codecpar().height();
      if (Ffmpeg.tooLarge(width, height)) {
        throw Ffmpeg.tooLarge(shown, width, height);
      }
    }
  }

  private void openDecoder() throws SourceException {
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
      throw failure(code, "cannot be decoded");
    }
    stream = chosen;
  }

  private SourceException failure(int code, String what) {
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

  /** Whether it has no end in sight and waits for nobody, as a camera's stream. */
  boolean endless() {
    return endless;
  }

  /** The chosen stream of pictures. */
  AVStream stream() {
    return Objects.requireNonNull(stream);
  }

  /**
   * The next picture, valid until the next call; null at the end, and after {@link #cancel}.
   *
   * @throws SourceException if none comes in time, or the connection broke
   */
  @Nullable AVFrame next() throws SourceException {
    AVFormatContext input = context;
    AVCodecContext decoding = decoder;
    if (closed || cancelled || input == null || decoding == null) {
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
        return picture;
      }
      if (code == avutil.AVERROR_EOF()) {
        return null;
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
            Reason.FAILED, shown + ": broke off: " + Secrets.mask(Ffmpeg.message(code)));
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
        Reason.FAILED, "%s: gave no picture for %.0f s".formatted(shown, patience / 1e9));
  }

  /** Ends the call that waits, and all later ones. From any thread. */
  void cancel() {
    cancelled = true;
  }

  boolean cancelled() {
    return cancelled;
  }

  /** Not while another call waits: that is for {@link #cancel} to end. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    avcodec.av_packet_free(packet);
    avutil.av_frame_free(picture);
    if (decoder != null) {
      avcodec.avcodec_free_context(decoder);
    }
    if (context != null) {
      avformat.avformat_close_input(context);
    }
    if (brake != null) {
      brake.close();
    }
  }
}
