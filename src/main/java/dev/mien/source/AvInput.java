package dev.mien.source;

import dev.mien.source.SourceException.Reason;
import java.util.Map;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open stream, packet by packet. Each call ends at its time limit, or as soon as nobody waits
 * for it any more: FFmpeg asks several times a second while it waits.
 */
final class AvInput implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AvInput.class);
  private static final long PROBE_MICROS = 1_000_000;
  private static final long FAREWELL_NANOS = 100_000_000L;

  /** These name their streams before the first picture, which then need not be waited for. */
  private static final Set<String> KNOWN_AT_ONCE = Set.of("rtsp", "mpjpeg", "video4linux2,v4l2");

  private static final Set<String> PLAYLISTS = Set.of("hls", "dash");

  private final String shown;
  private final ConnectionSupervisor life;
  private final AVFormatContext context;
  private final Ffmpeg.Interrupt interrupt;
  private boolean opened;
  private long most = Ffmpeg.largestPacket(0, 0);
  private long taken;
  private boolean flooded;
  private volatile long deadline;
  private volatile boolean cancelled;
  private volatile boolean leaving;

  /**
   * @param shown its address for people, without credentials
   */
  AvInput(String shown, ConnectionSupervisor life) {
    this.shown = shown;
    this.life = life;
    context = avformat.avformat_alloc_context();
    expectWithin(life.limits().opening());
    interrupt = new Ffmpeg.Interrupt(context, this::stop);
  }

  private boolean stop() {
    life.waiting();
    flooded |= received() - taken > most;
    return late() || flooded || (!leaving && cancelled());
  }

  /** Bytes so far; 0 where FFmpeg does not count them, as of RTSP. */
  private long received() {
    AVIOContext bytes = context.pb();
    return bytes == null || bytes.isNull() ? 0 : bytes.bytes_read();
  }

  /** The time limit of the calls that follow, in nanoseconds from now. */
  void expectWithin(long limit) {
    deadline = System.nanoTime() + limit;
  }

  boolean late() {
    return System.nanoTime() - deadline > 0;
  }

  void cancel() {
    cancelled = true;
  }

  boolean cancelled() {
    return cancelled || life.closed();
  }

  /** Opens a device without waiting for its frames: a driver would not end at a time limit. */
  void openDevice(String device, AVInputFormat format, Map<String, String> options)
      throws SourceException {
    context.flags(context.flags() | AVFormatContext.AVFMT_FLAG_NONBLOCK);
    open(device, format, options);
  }

  /**
   * @param options of FFmpeg; one that it does not know is told in the log
   */
  void open(String url, @Nullable AVInputFormat format, Map<String, String> options)
      throws SourceException {
    context.max_analyze_duration(PROBE_MICROS);
    AVDictionary settings = new AVDictionary();
    try {
      options.forEach((key, value) -> avutil.av_dict_set(settings, key, value, 0));
      check(avformat.avformat_open_input(context, url, format, settings), "cannot be opened");
      opened = true;
      AVDictionaryEntry rejected =
          avutil.av_dict_get(settings, "", null, avutil.AV_DICT_IGNORE_SUFFIX);
      if (rejected != null && !rejected.isNull()) {
        log.warn("{}: FFmpeg does not know the option {}", shown, rejected.key().getString());
      }
    } finally {
      avutil.av_dict_free(settings);
    }
    checkSizes();
  }

  /** Finds out what the streams are, where the format did not say. */
  void probe(boolean live) throws SourceException {
    if (live) {
      // What piled up while probing is old by the time that it could be shown.
      context.flags(context.flags() | AVFormatContext.AVFMT_FLAG_NOBUFFER);
    }
    if (!KNOWN_AT_ONCE.contains(format())) {
      check(
          avformat.avformat_find_stream_info(context, (AVDictionary) null),
          "gives nothing that FFmpeg understands");
      checkSizes();
    }
  }

  private void check(int code, String what) throws SourceException {
    checkFlood();
    // Stopped by the interrupt, a protocol may call what it has so far invalid, or even enough.
    if (!cancelled() && late()) {
      throw new SourceException(
          Reason.UNREACHABLE,
          "%s: %s within %s".formatted(shown, what, Deadlines.text(life.limits().opening())));
    }
    if (code < 0) {
      throw AvTrouble.opening(shown, code, what);
    }
  }

  private void checkSizes() throws SourceException {
    for (int i = 0; i < context.nb_streams(); i++) {
      int width = context.streams(i).codecpar().width();
      int height = context.streams(i).codecpar().height();
      if (Ffmpeg.tooLarge(width, height)) {
        throw Ffmpeg.tooLarge(shown, width, height);
      }
      most = Math.max(most, Ffmpeg.largestPacket(width, height));
    }
  }

  private String format() {
    return context.iformat().name().getString();
  }

  /** Whether its pictures come in pieces of some seconds. */
  boolean isPlaylist() {
    return PLAYLISTS.contains(format());
  }

  /** Whether it goes on for ever, as far as one can tell; the size of a playlist says nothing. */
  boolean endless() {
    boolean sized =
        !PLAYLISTS.contains(format())
            && context.pb() != null
            && !context.pb().isNull()
            && avformat.avio_size(context.pb()) > 0;
    return context.duration() <= 0 && !sized;
  }

  /** Whether pictures have times of their own, and not ones that FFmpeg counts up. */
  boolean timed() {
    return (context.iformat().flags() & avformat.AVFMT_NOTIMESTAMPS) == 0;
  }

  /** The pictures; of everything else as little as possible is read. */
  AVStream pictures() throws SourceException {
    int index = best(avutil.AVMEDIA_TYPE_VIDEO);
    if (index < 0) {
      boolean sound = best(avutil.AVMEDIA_TYPE_AUDIO) >= 0;
      throw new SourceException(
          Reason.BAD_INPUT,
          shown + ": there is no picture in this stream" + (sound ? ", only sound" : ""));
    }
    for (int i = 0; i < context.nb_streams(); i++) {
      if (i != index) {
        context.streams(i).discard(avcodec.AVDISCARD_ALL);
      }
    }
    return context.streams(index);
  }

  private int best(int kind) {
    return avformat.av_find_best_stream(context, kind, -1, -1, (AVCodec) null, 0);
  }

  /**
   * FFmpeg's code; 0 if there is a packet.
   *
   * @throws SourceException if more came than a picture can need
   */
  int read(AVPacket packet) throws SourceException {
    taken = received();
    int code = avformat.av_read_frame(context, packet);
    if (code >= 0 && packet.size() > most) {
      avcodec.av_packet_unref(packet);
      flooded = true;
    }
    checkFlood();
    return code;
  }

  private void checkFlood() throws SourceException {
    if (flooded) {
      throw new SourceException(
          Reason.FAILED, "%s: sent more than %d MB for one picture".formatted(shown, most >> 20));
    }
  }

  @Override
  public void close() {
    // A camera that is not told goes on sending, and has room for a few sessions only.
    expectWithin(FAREWELL_NANOS);
    leaving = true;
    if (opened) {
      avformat.avformat_close_input(context);
    } else if (!context.isNull()) {
      avformat.avformat_free_context(context);
    }
    interrupt.close();
  }
}
