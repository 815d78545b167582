package dev.mien.source;

import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.FrameGrabber;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A recording in a file, through JavaCV's grabber: every frame, with the container's times. */
final class VideoSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(VideoSource.class);

  /** What is missing at the end before a file is called truncated. */
  private static final long MISSING_NANOS = 1_500_000_000L;

  /**
   * Decoding leaves the cores to the workers: on two of them a second decoding thread costs more
   * than it brings. Where there are many, one would hold them all up.
   */
  private static final int DECODER_THREADS =
      Math.max(1, Runtime.getRuntime().availableProcessors() / 4);

  private final String name;
  private final FFmpegFrameGrabber grabber;
  private final Bgr bgr;
  private final AVRational ticks;
  private final long duration;
  private long sequence;
  private final long step;
  private long last;
  private long until;
  private boolean closed;

  private VideoSource(String name, FFmpegFrameGrabber grabber, AVStream stream) {
    this.name = name;
    this.grabber = grabber;
    bgr = new Bgr(Bgr.quarterTurns(stream));
    ticks = stream.time_base();
    step = Ffmpeg.usualStep(stream);
    duration = stream.duration() > 0 ? nanos(stream.duration()) : Ffmpeg.taggedDuration(stream);
  }

  /** A file that is a picture, whatever its name says, becomes a source of one picture. */
  static Source open(String name, Path file) throws IOException {
    Ffmpeg.load();
    if (!Files.isRegularFile(file)) {
      throw bad(name, "there is no such file");
    }
    if (Files.size(file) == 0) {
      throw bad(name, "the file is empty");
    }
    return isPicture(name, file) ? new PictureSource(name, List.of(file)) : openVideo(name, file);
  }

  /** What begins with a slash is never taken for a protocol, whatever colons follow. */
  static String absolute(Path file) {
    return file.toAbsolutePath().toString();
  }

  /** Looks at the container before anything is decoded. */
  private static boolean isPicture(String name, Path file) throws SourceException {
    AVFormatContext context = avformat.avformat_alloc_context();
    int code = avformat.avformat_open_input(context, absolute(file), null, (AVDictionary) null);
    if (code < 0) {
      throw bad(name, "FFmpeg cannot read it as a video or picture: " + Ffmpeg.message(code));
    }
    try {
      String format = context.iformat().name().getString();
      if (format.endsWith("_pipe") || format.equals("image2")) {
        return true;
      }
      for (int i = 0; i < context.nb_streams(); i++) {
        int width = context.streams(i).codecpar().width();
        int height = context.streams(i).codecpar().height();
        if (Ffmpeg.tooLarge(width, height)) {
          throw Ffmpeg.tooLarge(name, width, height);
        }
      }
      return false;
    } finally {
      avformat.avformat_close_input(context);
    }
  }

  private static Source openVideo(String name, Path file) throws IOException {
    FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(file.toFile());
    grabber.setImageMode(FrameGrabber.ImageMode.RAW);
    grabber.setVideoOption("threads", Integer.toString(DECODER_THREADS));
    grabber.setVideoOption("max_pixels", Long.toString(Ffmpeg.LARGEST_AREA));
    try {
      grabber.start();
      AVStream stream = picture(grabber.getFormatContext());
      if (stream == null) {
        throw bad(name, "there is no picture in it" + (grabber.hasAudio() ? ", only sound" : ""));
      }
      return new VideoSource(name, grabber, stream);
    } catch (FFmpegFrameGrabber.Exception e) {
      release(grabber);
      throw bad(name, "FFmpeg cannot decode it: " + Secrets.mask(String.valueOf(e.getMessage())));
    } catch (SourceException | RuntimeException e) {
      release(grabber);
      throw e;
    }
  }

  /** The grabber takes the first stream with pictures. */
  private static @Nullable AVStream picture(AVFormatContext context) {
    for (int i = 0; i < context.nb_streams(); i++) {
      AVStream stream = context.streams(i);
      if (stream.codecpar().codec_type() == avutil.AVMEDIA_TYPE_VIDEO
          && stream.codecpar().width() > 0) {
        return stream;
      }
    }
    return null;
  }

  private static SourceException bad(String name, String what) {
    return new SourceException(SourceException.Reason.BAD_INPUT, name + ": " + what);
  }

  private long nanos(long time) {
    return avutil.av_rescale(time, ticks.num() * 1_000_000_000L, ticks.den());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Pace pace() {
    return Pace.RECORDED;
  }

  @Override
  public synchronized @Nullable Frame read() throws IOException {
    if (closed) {
      return null;
    }
    org.bytedeco.javacv.Frame grabbed = grabber.grabImage();
    if (grabbed == null) {
      return end();
    }
    AVFrame picture = (AVFrame) grabbed.opaque;
    long time = picture.best_effort_timestamp();
    last = time == avutil.AV_NOPTS_VALUE ? until : nanos(time);
    until = last + (picture.duration() > 0 ? nanos(picture.duration()) : step);
    return new Frame(sequence++, last, bgr.convert(picture));
  }

  private @Nullable Frame end() throws SourceException {
    if (sequence == 0) {
      throw bad(name, "no picture in it can be decoded");
    }
    if (duration > 0 && duration - until > MISSING_NANOS) {
      throw bad(
          name,
          String.format(
              Locale.ROOT,
              "ends after %.1f s, but says that it lasts %.1f s; truncated?",
              until / 1e9,
              duration / 1e9));
    }
    return null;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      bgr.close();
      release(grabber);
    }
  }

  private static void release(FFmpegFrameGrabber grabber) {
    try {
      grabber.close();
    } catch (FrameGrabber.Exception e) {
      log.debug("the grabber did not close", e);
    }
  }
}
