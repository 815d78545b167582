package dev.mien.sink;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import dev.mien.frame.Size;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pictures of one size to H.264 in a file, straight through FFmpeg: JavaCV's recorder rounds the
 * times to its frame rate and hides a trailer that could not be written.
 *
 * <p>The quantiser is fixed: on one thread that takes two thirds of the time of a bit rate to keep,
 * and quality does not depend on a frame rate that live sources do not have. An MP4 is written in
 * fragments of half a second, so that a killed process leaves a file that plays, and becomes an
 * ordinary MP4 when it is finished; for that FFmpeg keeps some 70 bytes a frame. Matroska keeps
 * none of that: it is the better choice for recordings that last for days.
 */
final class Encoder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Encoder.class);

  /** Units of time in a second; each container has its own, none coarser than a millisecond. */
  static final int TICKS = 90_000;

  private static final int KEY_FRAME_EVERY = 2 * TICKS;

  /** What the trailer of an MP4 may need, for each frame and for the rest. */
  private static final int TRAILER_BYTES_A_FRAME = 32;

  private static final int TRAILER_BYTES = 65_536;

  private final Path file;
  private final AVFormatContext container = new AVFormatContext(null);
  private final AVRational ticks = new AVRational().num(1).den(TICKS);
  private final AVCodecContext codec;
  private final AVFrame frame;
  private final AVPacket packet;
  private final AVBufferRef pixels;
  private final Mat yuv;
  private long frames;
  private long nextKey = Long.MIN_VALUE;
  private long whole;
  private boolean broken;

  /**
   * @param size even on both sides, from 16x16 to 3840x2160
   * @param frameRate a hint
   */
  Encoder(Path file, Size size, double frameRate) throws SinkException {
    this.file = file;
    boolean mp4 = file.toString().toLowerCase(Locale.ROOT).endsWith(".mp4");
    AVCodec h264 = avcodec_find_encoder_by_name("libopenh264");
    codec = avcodec_alloc_context3(h264);
    frame = av_frame_alloc();
    packet = av_packet_alloc();
    pixels = av_buffer_alloc((long) size.width() * size.height() * 3 / 2);
    yuv = new Mat(size.height() * 3 / 2, size.width(), opencv_core.CV_8UC1, pixels.data());
    try {
      check(avformat_alloc_output_context2(container, null, mp4 ? "mp4" : "matroska", null));
      openCodec(h264, size, frameRate);
      layOut(size);
      openFile(mp4);
    } catch (SinkException e) {
      broken = true;
      close();
      throw e;
    }
  }

  private void openCodec(AVCodec h264, Size size, double frameRate) throws SinkException {
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
    codec.flags(codec.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
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

  private void openFile(boolean mp4) throws SinkException {
    AVStream stream = avformat_new_stream(container, null);
    stream.time_base(ticks).avg_frame_rate(codec.framerate());
    check(avcodec_parameters_from_context(stream.codecpar(), codec));
    AVIOContext io = new AVIOContext(null);
    check(avio_open2(io, "file:" + file, AVIO_FLAG_WRITE, null, null));
    container.pb(io);
    container.flags(container.flags() | AVFormatContext.AVFMT_FLAG_FLUSH_PACKETS);
    Map<String, String> wanted =
        mp4
            ? Map.of("movflags", "hybrid_fragmented+frag_keyframe", "frag_duration", "500000")
            : Map.of("cluster_time_limit", "500");
    try (AVDictionary options = options(wanted)) {
      check(avformat_write_header(container, options));
      av_dict_free(options);
    }
  }

  private static AVDictionary options(Map<String, String> values) {
    AVDictionary options = new AVDictionary(null);
    values.forEach((key, value) -> av_dict_set(options, key, value, 0));
    return options;
  }

  /**
   * @param picture 8 bit BGR of the encoder's size
   * @param time in ticks, later than the last
   */
  void encode(Mat picture, long time) throws SinkException {
    opencv_imgproc.cvtColor(picture, yuv, opencv_imgproc.COLOR_BGR2YUV_I420);
    boolean key = time >= nextKey;
    if (key) {
      nextKey = time + KEY_FRAME_EVERY;
    }
    frame.pict_type(key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE).pts(time);
    check(avcodec_send_frame(codec, frame));
    frames++;
    drain();
  }

  private void drain() throws SinkException {
    while (received()) {
      packet.stream_index(0);
      av_packet_rescale_ts(packet, ticks, container.streams(0).time_base());
      try {
        check(av_write_frame(container, packet));
        whole = avio_tell(container.pb());
      } finally {
        av_packet_unref(packet);
      }
    }
  }

  private boolean received() throws SinkException {
    int code = avcodec_receive_packet(codec, packet);
    if (code == AVERROR_EAGAIN() || code == AVERROR_EOF) {
      return false;
    }
    check(code);
    return true;
  }

  /** Ends the file. Without it, what was written so far plays all the same. */
  void finish() throws SinkException {
    if (broken) {
      return;
    }
    check(avcodec_send_frame(codec, null));
    drain();
    // A trailer that half fits would spoil the fragments, which play without one.
    long free = file.toAbsolutePath().toFile().getUsableSpace();
    if (free < TRAILER_BYTES + frames * TRAILER_BYTES_A_FRAME) {
      broken = true;
      throw new SinkException(
          file + ": disk full; what was written before plays, without an index");
    }
    check(av_write_trailer(container));
  }

  private void check(int code) throws SinkException {
    if (code >= 0) {
      return;
    }
    broken = true;
    try (BytePointer text = new BytePointer(AV_ERROR_MAX_STRING_SIZE)) {
      av_strerror(code, text, text.capacity());
      boolean full = code == AVERROR_ENOSPC();
      throw new SinkException(
          file + ": " + (full ? "disk full" : text.limit(BytePointer.strlen(text)).getString()));
    }
  }

  /** Players refuse a file whose last fragment breaks off in its head. */
  private void cutTorn() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(whole);
    } catch (IOException e) {
      log.warn("{}: the torn end stays: {}", file, OutputFile.reason(e));
    }
  }

  @Override
  public void close() {
    yuv.close();
    if (container.pb() != null) {
      avio_closep(container.pb());
    }
    if (broken && whole > 0) {
      cutTorn();
    }
    avformat_free_context(container);
    av_packet_free(packet);
    av_frame_free(frame);
    av_buffer_unref(pixels);
    avcodec_free_context(codec);
    ticks.close();
  }
}
