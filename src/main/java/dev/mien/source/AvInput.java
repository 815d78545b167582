package dev.mien.source;

import dev.mien.source.SourceException.Reason;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
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
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open stream, packet by packet. Each call ends at its time limit, or as soon as nobody waits
 * for it any more: FFmpeg asks several times a second while it waits.
 */
final class AvInput implements AutoCloseable, AvCallbacks.Owner {
  private static final Logger log = LoggerFactory.getLogger(AvInput.class);
  private static final long PROBE_MICROS = 1_000_000;
  private static final double AS_LONG = 0.9;
  private static final long FAREWELL_NANOS = 100_000_000L;

  /** These name their streams before the first picture, which then need not be waited for. */
  private static final Set<String> KNOWN_AT_ONCE = Set.of("rtsp", "mpjpeg", "video4linux2,v4l2");

  private final String shown;
  private final ConnectionSupervisor life;
  private final AVFormatContext context;
  private final AvCallbacks callbacks;
  private final StreamOptions options;
  private final @Nullable Neighbourhood named;
  private @Nullable String strayed;
  private boolean opened;
  private long most = Ffmpeg.largestPacket(0, 0);
  private long taken;
  private boolean flooded;
  private volatile long deadline;
  private volatile boolean cancelled;
  private volatile boolean leaving;

  /**
   * @param shown its address for people, without credentials
   * @param named where it may go on its own account; null if it comes over no network
   */
  AvInput(
      String shown,
      ConnectionSupervisor life,
      StreamOptions options,
      @Nullable Neighbourhood named) {
    this.shown = shown;
    this.life = life;
    this.options = options;
    this.named = named;
    context = avformat.avformat_alloc_context();
    expectWithin(life.limits().opening());
    callbacks = new AvCallbacks(context, this);
  }

  @Override
  public boolean stop() {
    life.waiting();
    if (!opened && redirected()) {
      return true;
    }
    flooded |= received() - taken > most;
    return late() || flooded || (!leaving && cancelled());
  }

  /** An answer of RTSP may have put another address in the place of the one that was named. */
  private boolean redirected() {
    BytePointer url = context.url();
    return url != null && !url.isNull() && !mayOpen(url.getString());
  }

  @Override
  public boolean mayOpen(String url) {
    if (named != null && !options.follow() && !named.has(url)) {
      strayed = Secrets.mask(url);
    }
    return strayed == null;
  }

  private void checkStrayed() throws SourceException {
    if (strayed != null) {
      throw new SourceException(
          Reason.UNREACHABLE,
          ("%s: leads to %s; only the host and port that were named are asked, with"
                  + " '?follow=any' others are too")
              .formatted(shown, strayed));
    }
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
   * @param given options of FFmpeg; one that it does not know is told in the log
   */
  void open(String url, @Nullable AVInputFormat format, Map<String, String> given)
      throws SourceException {
    AVDictionary settings = new AVDictionary();
    try {
      given.forEach((key, value) -> avutil.av_dict_set(settings, key, value, 0));
      if (format == null) {
        String allowed = Formats.allowed(named != null, options);
        avutil.av_dict_set(settings, "format_whitelist", allowed, 0);
      }
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

  /**
   * Finds out what the streams are, where the format did not say.
   *
   * @param quickly whether it is waited for while it plays
   * @param live whether what is old is of no use
   */
  void probe(boolean quickly, boolean live) throws SourceException {
    if (quickly) {
      context.max_analyze_duration(PROBE_MICROS);
    }
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
    checkStrayed();
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
      if (Ffmpeg.tooLarge(context.streams(i).codecpar().codec_id(), width, height)) {
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
    return Formats.PLAYLISTS.contains(format());
  }

  /** Whether it goes on for ever, as far as one can tell; the size of a playlist says nothing. */
  boolean endless() {
    boolean sized =
        !Formats.PLAYLISTS.contains(format())
            && context.pb() != null
            && !context.pb().isNull()
            && avformat.avio_size(context.pb()) > 0;
    return context.duration() <= 0 && !sized;
  }

  /** Whether its clock may start anew within it. */
  boolean restarts() {
    return (context.iformat().flags() & avformat.AVFMT_TS_DISCONT) != 0;
  }

  /** Whether pictures have times of their own, and not ones that FFmpeg counts up. */
  boolean timed() {
    return (context.iformat().flags() & avformat.AVFMT_NOTIMESTAMPS) == 0;
  }

  /** The pictures; of everything else as little as possible is read. */
  AVStream pictures() throws SourceException {
    for (int i = 0; i < context.nb_stream_groups(); i++) {
      if (context.stream_groups(i).type() == avformat.AV_STREAM_GROUP_PARAMS_TILE_GRID) {
        throw new SourceException(
            Reason.BAD_INPUT,
            shown
                + ": a picture in tiles (HEIC or AVIF), which cannot be put together here; save it"
                + " as JPEG or PNG, such as by heif-convert");
      }
    }
    int index = chosen();
    int others = 0;
    for (int i = 0; i < context.nb_streams(); i++) {
      others += i != index && isVideo(i) ? 1 : 0;
      if (i != index) {
        context.streams(i).discard(avcodec.AVDISCARD_ALL);
      }
    }
    if (others > 0) {
      log.info(
          "{}: stream {} is taken, {}; there are {} more with pictures, which '?stream=N' takes",
          shown,
          index,
          text(index),
          others);
    }
    return context.streams(index);
  }

  private int chosen() throws SourceException {
    Integer wanted = options.stream();
    if (wanted != null) {
      if (wanted < context.nb_streams() && kind(wanted) == avutil.AVMEDIA_TYPE_VIDEO) {
        return wanted;
      }
      throw new SourceException(
          Reason.BAD_INPUT,
          "%s: found no pictures in stream %d, expected one of: %s"
              .formatted(
                  shown,
                  wanted,
                  IntStream.range(0, context.nb_streams())
                      .filter(i -> kind(i) == avutil.AVMEDIA_TYPE_VIDEO)
                      .mapToObj(i -> i + " (" + text(i) + ")")
                      .collect(Collectors.joining(", "))));
    }
    int index = largest(best(avutil.AVMEDIA_TYPE_VIDEO));
    if (index < 0) {
      boolean sound = best(avutil.AVMEDIA_TYPE_AUDIO) >= 0;
      throw new SourceException(
          Reason.BAD_INPUT, shown + ": there is no picture in it" + (sound ? ", only sound" : ""));
    }
    return index;
  }

  /**
   * FFmpeg's choice, unless that is a cover, or one that is larger goes on as long: a container may
   * call a small view its usual one.
   */
  private int largest(int best) {
    int index = best >= 0 && isVideo(best) ? best : -1;
    for (int i = 0; i < context.nb_streams(); i++) {
      if (isVideo(i)
          && (index < 0 || (area(i) > area(index) && extent(i) >= AS_LONG * extent(index)))) {
        index = i;
      }
    }
    return index;
  }

  private long area(int stream) {
    AVCodecParameters known = context.streams(stream).codecpar();
    return (long) known.width() * known.height();
  }

  /** How much there is of it, as far as the container says. */
  private double extent(int stream) {
    AVStream known = context.streams(stream);
    return known.nb_frames() > 0 ? known.nb_frames() : Ffmpeg.taggedDuration(known);
  }

  private int kind(int stream) {
    return context.streams(stream).codecpar().codec_type();
  }

  /** Pictures that move, which the cover of a song does not. */
  private boolean isVideo(int stream) {
    return kind(stream) == avutil.AVMEDIA_TYPE_VIDEO
        && (context.streams(stream).disposition() & avformat.AV_DISPOSITION_ATTACHED_PIC) == 0;
  }

  private String text(int stream) {
    AVCodecParameters known = context.streams(stream).codecpar();
    return "%s %dx%d"
        .formatted(
            avcodec.avcodec_get_name(known.codec_id()).getString(), known.width(), known.height());
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
    if (code < 0) {
      checkStrayed();
    }
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
    callbacks.close();
  }
}
