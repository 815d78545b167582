package dev.mien.source;

import dev.mien.source.SourceException.Reason;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/** The pictures of one stream, decoded. */
final class AvDecoder implements AutoCloseable {
  private final AVCodecContext decoder;
  private final AVRational ticks;
  private final int stream;
  private final String codec;
  private final AVStream pictures;
  private final AVFrame picture = avutil.av_frame_alloc();
  private final Bgr bgr;

  private AvDecoder(AVCodecContext decoder, AVStream stream, String codec) {
    this.decoder = decoder;
    this.codec = codec;
    ticks = stream.time_base();
    this.stream = stream.index();
    pictures = stream;
    bgr = new Bgr(Orientation.of(stream));
  }

  /**
   * @param shown the stream's address for people
   * @param threads each beyond the first holds a frame back
   */
  static AvDecoder open(String shown, AVStream stream, int threads) throws SourceException {
    AVCodec codec = avcodec.avcodec_find_decoder(stream.codecpar().codec_id());
    String name = avcodec.avcodec_get_name(stream.codecpar().codec_id()).getString();
    if (codec == null || codec.isNull()) {
      throw new SourceException(
          Reason.BAD_INPUT, "%s: no decoder for its pictures, %s".formatted(shown, name));
    }
    AVCodecContext opening = avcodec.avcodec_alloc_context3(codec);
    avcodec.avcodec_parameters_to_context(opening, stream.codecpar());
    opening.thread_count(threads);
    opening.max_pixels(Ffmpeg.LARGEST_AREA);
    opening.pkt_timebase(stream.time_base());
    int code = avcodec.avcodec_open2(opening, codec, (AVDictionary) null);
    if (code < 0) {
      avcodec.avcodec_free_context(opening);
      throw AvTrouble.opening(shown, code, "cannot be decoded");
    }
    return new AvDecoder(opening, stream, name);
  }

  /** How long the stream says that it is, in nanoseconds; 0 if it does not. */
  long length() {
    return pictures.duration() > 0 ? nanos(pictures.duration()) : Ffmpeg.taggedDuration(pictures);
  }

  /** Such as {@code h264}. */
  String codec() {
    return codec;
  }

  /** A packet that does not decode is a picture less; the next key frame mends it. */
  void feed(AVPacket packet) {
    if (packet.stream_index() == stream) {
      avcodec.avcodec_send_packet(decoder, packet);
    }
  }

  /** No more packets come; what is held back comes out. */
  void end() {
    avcodec.avcodec_send_packet(decoder, null);
  }

  /** FFmpeg's code; 0 if there is a picture, until the next call. */
  int receive() {
    return avcodec.avcodec_receive_frame(decoder, picture);
  }

  int width() {
    return picture.width();
  }

  int height() {
    return picture.height();
  }

  /** Of the picture, in nanoseconds by the stream's clock; null if it has none. */
  @Nullable Long time() {
    long time = picture.best_effort_timestamp();
    return time == avutil.AV_NOPTS_VALUE ? null : Long.valueOf(nanos(time));
  }

  /** How long the picture is shown, in nanoseconds; 0 if that is not known. */
  long duration() {
    return picture.duration() > 0 ? nanos(picture.duration()) : 0;
  }

  private long nanos(long time) {
    return avutil.av_rescale(time, ticks.num() * 1_000_000_000L, ticks.den());
  }

  /** The picture in memory of its own, which the caller owns. */
  Mat image() {
    try (AVRational pixel = avformat.av_guess_sample_aspect_ratio(null, pictures, picture)) {
      return bgr.convert(picture, pixel);
    }
  }

  @Override
  public void close() {
    avutil.av_frame_free(picture);
    avcodec.avcodec_free_context(decoder);
    bgr.close();
  }
}
