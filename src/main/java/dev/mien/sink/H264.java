package dev.mien.sink;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import dev.mien.frame.Size;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Pictures of one size to H.264: one packet for each picture, at once, for none refers to a later
 * one. A key frame comes every two seconds and where one is asked for.
 *
 * <p>The quantiser is fixed: on one thread that takes two thirds of the time of a bit rate to keep,
 * and quality does not depend on a frame rate that live sources do not have.
 */
final class H264 implements AutoCloseable {
  /** Units of time in a second: RTP's for video, and finer than any container's of ours. */
  static final int TICKS = 90_000;

  private static final int KEY_FRAME_EVERY = 2 * TICKS;

  private final String name;
  private final AVRational ticks = new AVRational().num(1).den(TICKS);
  private final AVCodecContext codec;
  private final AVFrame frame;
  private final AVBufferRef pixels;
  private final Mat yuv;
  private long nextKey = Long.MIN_VALUE;

  /**
   * @param name of what is written, for messages
   * @param size even on both sides, from 16x16 to 3840x2160
   * @param frameRate a hint
   * @param headersApart whether the parameter sets are kept out of the packets, in the context
   */
  H264(String name, Size size, double frameRate, boolean headersApart) throws SinkException {
    this.name = name;
    AVCodec h264 = avcodec_find_encoder_by_name("libopenh264");
    codec = avcodec_alloc_context3(h264);
    frame = av_frame_alloc();
    pixels = av_buffer_alloc((long) size.width() * size.height() * 3 / 2);
    yuv = new Mat(size.height() * 3 / 2, size.width(), opencv_core.CV_8UC1, pixels.data());
    try {
      open(h264, size, frameRate, headersApart);
      layOut(size);
    } catch (SinkException e) {
      close();
      throw e;
    }
  }

  private void open(AVCodec h264, Size size, double frameRate, boolean headersApart)
      throws SinkException {
    codec.width(size.width()).height(size.height());
    codec.pix_fmt(AV_PIX_FMT_YUV420P).time_base(ticks).thread_count(1);
    try (AVRational rate = av_d2q(frameRate, 100_000)) {
      codec.framerate(rate);
    }
    // The matrix and range that OpenCV converts with; players guess others for large pictures.
    codec.colorspace(AVCOL_SPC_SMPTE170M).color_range(AVCOL_RANGE_MPEG);
    codec.color_primaries(AVCOL_PRI_BT709).color_trc(AVCOL_TRC_BT709);
    // Only a limit: key frames are asked for by time.
    codec.gop_size(600).max_b_frames(0);
    if (headersApart) {
      codec.flags(codec.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
    }
    try (AVDictionary options = options(Map.of("rc_mode", "off", "profile", "main"))) {
      check(avcodec_open2(codec, h264, options));
      av_dict_free(options);
    }
  }

  /** Frame and Mat share the memory, which the frame counts references to. */
  private void layOut(Size size) {
    long luma = (long) size.width() * size.height();
    frame.format(AV_PIX_FMT_YUV420P).width(size.width()).height(size.height());
    frame.colorspace(codec.colorspace()).color_range(codec.color_range());
    frame.buf(0, av_buffer_ref(pixels));
    BytePointer start = pixels.data();
    frame.data(0, start.getPointer(0)).linesize(0, size.width());
    frame.data(1, start.getPointer(luma)).linesize(1, size.width() / 2);
    frame.data(2, start.getPointer(luma * 5 / 4)).linesize(2, size.width() / 2);
  }

  /** For FFmpeg's calls; to be freed with {@code av_dict_free}. */
  static AVDictionary options(Map<String, String> values) {
    AVDictionary options = new AVDictionary(null);
    values.forEach((key, value) -> av_dict_set(options, key, value, 0));
    return options;
  }

  /** Lent. */
  AVCodecContext codec() {
    return codec;
  }

  /** Of the packets' times; lent. */
  AVRational ticks() {
    return ticks;
  }

  /**
   * Takes a picture; afterwards its packet is to be {@linkplain #receive received}.
   *
   * @param picture 8 bit BGR of the encoder's size
   * @param time in ticks, later than the last
   * @param key whether it shall be a key frame even if none is due
   */
  void send(Mat picture, long time, boolean key) throws SinkException {
    opencv_imgproc.cvtColor(picture, yuv, opencv_imgproc.COLOR_BGR2YUV_I420);
    boolean due = key || time >= nextKey;
    if (due) {
      nextKey = time + KEY_FRAME_EVERY;
    }
    frame.pict_type(due ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE).pts(time);
    check(avcodec_send_frame(codec, frame));
  }

  /** Asks for what is held back; no picture may follow. */
  void end() throws SinkException {
    check(avcodec_send_frame(codec, null));
  }

  /** The next packet, in Annex B form; false when there is none. */
  boolean receive(AVPacket packet) throws SinkException {
    int code = avcodec_receive_packet(codec, packet);
    if (code == AVERROR_EAGAIN() || code == AVERROR_EOF) {
      return false;
    }
    check(code);
    return true;
  }

  private void check(int code) throws SinkException {
    if (code < 0) {
      throw new SinkException(name + ": " + message(code));
    }
  }

  /** FFmpeg's words for its error. */
  static String message(int code) {
    try (BytePointer text = new BytePointer(AV_ERROR_MAX_STRING_SIZE)) {
      av_strerror(code, text, text.capacity());
      return text.limit(BytePointer.strlen(text)).getString();
    }
  }

  @Override
  public void close() {
    yuv.close();
    av_frame_free(frame);
    av_buffer_unref(pixels);
    avcodec_free_context(codec);
    ticks.close();
  }
}
