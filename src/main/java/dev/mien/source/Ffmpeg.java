package dev.mien.source;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;

/** What the sources share of FFmpeg: its errors and its limits. */
final class Ffmpeg {
  /** The largest side of a picture; beyond it a file of some kB costs gigabytes. */
  static final int LARGEST_SIDE = 32_768;

  private static final int FASTEST_RATE = 1000;

  static final long LARGEST_AREA = 64L << 20;

  private static final long LARGEST_PACKED_AREA = 16L << 20;

  /** What a packet may have beyond the bytes of its picture, as a raw one would have them. */
  private static final long LARGEST_PACKET = 64L << 20;

  private static final int BYTES_A_PIXEL = 4;

  /** Of memory in one piece: the largest picture, of four channels in 16 bits. */
  private static final long LARGEST_BLOCK = 8 * LARGEST_AREA + (1 << 20);

  private static final Pattern DURATION =
      Pattern.compile("(\\d{1,4}):(\\d{2}):(\\d{2}(?:\\.\\d{1,9})?)");

  static {
    FfmpegLog.install();
    // A size that a stream claims would else be taken up to 2 GB.
    avutil.av_max_alloc(LARGEST_BLOCK);
    // Unpacking libraries may take longer than a time limit, and so must not begin within one.
    Loader.load(swscale.class);
    Loader.load(opencv_core.class);
    avformat.avformat_network_init();
  }

  private Ffmpeg() {}

  /** Makes sure that FFmpeg talks to our log. */
  static void load() {}

  static String message(int code) {
    try (BytePointer text = new BytePointer(256)) {
      avutil.av_strerror(code, text, text.capacity());
      // The pointer knows its room, not where the words end.
      String said = text.getString();
      int end = said.indexOf('\0');
      return end < 0 ? said : said.substring(0, end);
    }
  }

  /** Nanoseconds from one picture to the next, where the pictures do not say. */
  static long usualStep(AVStream stream) {
    AVRational rate = stream.avg_frame_rate();
    // Where only a clock rate is known, FFmpeg gives that.
    return rate.num() > 0 && rate.den() > 0 && rate.num() / rate.den() <= FASTEST_RATE
        ? 1_000_000_000L * rate.den() / rate.num()
        : Timeline.USUAL_STEP;
  }

  /** Nanoseconds that Matroska says of a stream, hours:minutes:seconds, in a tag; else 0. */
  static long taggedDuration(AVStream stream) {
    AVDictionaryEntry tag = avutil.av_dict_get(stream.metadata(), "DURATION", null, 0);
    if (tag == null || tag.isNull()) {
      return 0;
    }
    Matcher parts = DURATION.matcher(tag.value().getString());
    return parts.matches()
        ? Math.round(
            (Integer.parseInt(parts.group(1)) * 3600
                    + Integer.parseInt(parts.group(2)) * 60
                    + Double.parseDouble(parts.group(3)))
                * 1e9)
        : 0;
  }

  /** Whether a picture of this size is refused before any memory is taken for it. */
  static boolean tooLarge(int width, int height) {
    return width > LARGEST_SIDE || height > LARGEST_SIDE || (long) width * height > LARGEST_AREA;
  }

  /** Bytes that may come for one picture of this size; of an unknown size, with 0 for both. */
  static long largestPacket(int width, int height) {
    return Math.max(LARGEST_PACKET, BYTES_A_PIXEL * (long) width * height);
  }

  /**
   * Whether pictures of a kind that packs a plain one into a few bytes, and is unpacked into
   * several at once, are refused.
   */
  static boolean tooLarge(int codec, int width, int height) {
    boolean packed = codec == avcodec.AV_CODEC_ID_GIF || codec == avcodec.AV_CODEC_ID_APNG;
    return tooLarge(width, height) || (packed && (long) width * height > LARGEST_PACKED_AREA);
  }

  static SourceException tooLarge(String name, int width, int height) {
    return new SourceException(
        SourceException.Reason.BAD_INPUT,
        "%s: pictures of %dx%d, expected at most %d pixels a side and %d in all, of GIF and APNG %d"
            .formatted(name, width, height, LARGEST_SIDE, LARGEST_AREA, LARGEST_PACKED_AREA));
  }
}
