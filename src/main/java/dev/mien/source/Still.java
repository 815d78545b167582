package dev.mien.source;

import dev.mien.frame.Size;
import dev.mien.source.SourceException.Reason;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one picture file; any number of threads may. */
public final class Still {
  private static final Logger log = LoggerFactory.getLogger(Still.class);

  private static final Pattern TIFF = Pattern.compile("\\.tiff?$", Pattern.CASE_INSENSITIVE);

  private Still() {}

  /** Whether the name ends as a picture's does: jpg, png, bmp, webp or tif. */
  public static boolean named(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(jpe?g|png|bmp|webp|tiff?)");
  }

  /**
   * Unpacks the libraries that reading needs. JavaCPP fails where two threads unpack at once, so
   * this comes before several read.
   */
  public static void prepare() {
    Ffmpeg.load();
    Loader.load(opencv_imgcodecs.class);
  }

  /**
   * The picture, 8 bit BGR, upright as its EXIF data says; it belongs to the caller.
   *
   * @throws SourceException if it is none, or so large that its memory would hurt; its message
   *     names the file
   */
  public static Mat read(Path file) throws SourceException {
    Ffmpeg.load();
    checkSize(file);
    return decode(file);
  }

  private static Mat decode(Path file) throws SourceException {
    try {
      Mat image = opencv_imgcodecs.imread(file.toString(), opencv_imgcodecs.IMREAD_COLOR);
      if (!image.empty()) {
        return image;
      }
      image.close();
      // OpenCV's usual call fails where a TIFF's rows are columns; this one reads them upright.
      try (MatVector pages = new MatVector()) {
        if (TIFF.matcher(file.toString()).find()
            && opencv_imgcodecs.imreadmulti(
                file.toString(), pages, 0, 1, opencv_imgcodecs.IMREAD_COLOR)
            && !pages.empty()) {
          try (Mat page = pages.get(0)) {
            return page.clone();
          }
        }
      }
    } catch (RuntimeException e) {
      // OpenCV's own words are about its source code.
      log.debug("{}", file, e);
    }
    throw new SourceException(Reason.BAD_INPUT, file + ": not a picture that can be read");
  }

  /** FFmpeg reads the size out of the header; OpenCV would take the memory first. */
  private static void checkSize(Path file) throws SourceException {
    Size size = size(file, Ffmpeg.LARGEST_AREA, Pattern.compile(".*"));
    if (size == null) {
      size = size(file, Integer.MAX_VALUE, Pattern.compile("(png|jpeg)_pipe"));
    }
    if (size == null) {
      throw new SourceException(
          Reason.BAD_INPUT,
          "%s: not a picture that can be read, or one of more than %d pixels"
              .formatted(file, Ffmpeg.LARGEST_AREA));
    }
    if (Ffmpeg.tooLarge(size.width(), size.height())) {
      throw Ffmpeg.tooLarge(file.toString(), size.width(), size.height());
    }
  }

  /**
   * Null where FFmpeg cannot say it. Looking for it, FFmpeg may decode the picture, unless that has
   * more pixels than allowed; PNG and JPEG it never does.
   */
  private static @Nullable Size size(Path file, long mostPixels, Pattern formats)
      throws SourceException {
    AVFormatContext context = avformat.avformat_alloc_context();
    if (avformat.avformat_open_input(context, VideoSource.absolute(file), null, (AVDictionary) null)
        < 0) {
      throw new SourceException(Reason.BAD_INPUT, file + ": not a picture that can be read");
    }
    AVDictionary options = new AVDictionary();
    try {
      if (!formats.matcher(context.iformat().name().getString()).matches()) {
        return null;
      }
      avutil.av_dict_set(options, "max_pixels", Long.toString(mostPixels), 0);
      boolean single = context.nb_streams() == 1;
      avformat.avformat_find_stream_info(context, single ? options : null);
      int index =
          avformat.av_find_best_stream(
              context, avutil.AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
      if (index < 0) {
        return null;
      }
      int width = context.streams(index).codecpar().width();
      int height = context.streams(index).codecpar().height();
      return width > 0 && height > 0 ? new Size(width, height) : null;
    } finally {
      avutil.av_dict_free(options);
      avformat.avformat_close_input(context);
    }
  }
}
