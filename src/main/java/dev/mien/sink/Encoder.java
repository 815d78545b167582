package dev.mien.sink;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import dev.mien.frame.Size;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.opencv.opencv_core.Mat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pictures of one size to H.264 in a file, straight through FFmpeg: JavaCV's recorder rounds the
 * times to its frame rate and hides a trailer that could not be written.
 *
 * <p>An MP4 is written in fragments of half a second, so that a killed process leaves a file that
 * plays, and becomes an ordinary MP4 when it is finished; for that FFmpeg keeps some 70 bytes a
 * frame. Matroska keeps none of that: it is the better choice for recordings that last for days.
 */
final class Encoder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Encoder.class);

  /** Units of time in a second; each container has its own, none coarser than a millisecond. */
  static final int TICKS = H264.TICKS;

  /** What the trailer of an MP4 may need, for each frame and for the rest. */
  private static final int TRAILER_BYTES_A_FRAME = 32;

  private static final int TRAILER_BYTES = 65_536;

  private final Path file;
  private final AVFormatContext container = new AVFormatContext(null);
  private final H264 coder;
  private final AVPacket packet;
  private long frames;
  private long whole;
  private boolean broken;

  /**
   * @param size even on both sides, from 16x16 to 3840x2160
   * @param frameRate a hint
   */
  Encoder(Path file, Size size, double frameRate) throws SinkException {
    this.file = file;
    boolean mp4 = file.toString().toLowerCase(Locale.ROOT).endsWith(".mp4");
    coder = new H264(file.toString(), size, frameRate, true);
    packet = av_packet_alloc();
    try {
      check(avformat_alloc_output_context2(container, null, mp4 ? "mp4" : "matroska", null));
      openFile(mp4);
    } catch (SinkException e) {
      broken = true;
      close();
      throw e;
    }
  }

  private void openFile(boolean mp4) throws SinkException {
    AVStream stream = avformat_new_stream(container, null);
    stream.time_base(coder.ticks()).avg_frame_rate(coder.codec().framerate());
    check(avcodec_parameters_from_context(stream.codecpar(), coder.codec()));
    AVIOContext io = new AVIOContext(null);
    check(avio_open2(io, "file:" + file, AVIO_FLAG_WRITE, null, null));
    container.pb(io);
    container.flags(container.flags() | AVFormatContext.AVFMT_FLAG_FLUSH_PACKETS);
    Map<String, String> wanted =
        mp4
            ? Map.of("movflags", "hybrid_fragmented+frag_keyframe", "frag_duration", "500000")
            : Map.of("cluster_time_limit", "500");
    try (AVDictionary options = H264.options(wanted)) {
      check(avformat_write_header(container, options));
      av_dict_free(options);
    }
  }

  /**
   * @param picture 8 bit BGR of the encoder's size
   * @param time in ticks, later than the last
   */
  void encode(Mat picture, long time) throws SinkException {
    try {
      coder.send(picture, time, false);
      frames++;
      drain();
    } catch (SinkException e) {
      broken = true;
      throw e;
    }
  }

  private void drain() throws SinkException {
    while (coder.receive(packet)) {
      packet.stream_index(0);
      av_packet_rescale_ts(packet, coder.ticks(), container.streams(0).time_base());
      try {
        check(av_write_frame(container, packet));
        whole = avio_tell(container.pb());
      } finally {
        av_packet_unref(packet);
      }
    }
  }

  /** Ends the file. Without it, what was written so far plays all the same. */
  void finish() throws SinkException {
    if (broken) {
      return;
    }
    coder.end();
    drain();
    // A trailer that half fits would spoil the fragments, which play without one.
    long free = file.toAbsolutePath().toFile().getUsableSpace();
    if (Files.exists(file) && free < TRAILER_BYTES + frames * TRAILER_BYTES_A_FRAME) {
      broken = true;
      throw new SinkException(
          file + ": " + OutputFile.FULL + "; what was written before plays, without an index");
    }
    check(av_write_trailer(container));
  }

  /** Has what follows leave the file as it is: it is not ours any more. */
  void abandon() {
    broken = true;
    whole = 0;
  }

  private void check(int code) throws SinkException {
    if (code >= 0) {
      return;
    }
    broken = true;
    boolean full = code == AVERROR_ENOSPC();
    throw new SinkException(file + ": " + (full ? OutputFile.FULL : H264.message(code)));
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
    coder.close();
    if (container.pb() != null) {
      avio_closep(container.pb());
    }
    if (broken && whole > 0) {
      cutTorn();
    }
    avformat_free_context(container);
    av_packet_free(packet);
  }
}
