package dev.mien.source;

import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.global.avformat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A camera at this machine, over Video4Linux. */
final class Webcam {
  private static final Logger log = LoggerFactory.getLogger(Webcam.class);

  static final String FORMAT = "video4linux2";

  // Raw pictures of this size do not fit through USB 2 at full rate, MJPEG does.
  static final Map<String, String> COMPRESSED =
      Map.of("input_format", "mjpeg", "video_size", "1280x720");

  // Without a size the driver would keep the one that it was asked for as MJPEG.
  private static final Map<String, String> RAW = Map.of("video_size", "640x480");

  private Webcam() {}

  static AvSource open(String name, String device, ConnectionSupervisor life) throws IOException {
    Path file = Path.of(device);
    if (!Files.exists(file)) {
      String known = String.join(", ", Cameras.devices());
      throw new SourceException(
          Reason.UNREACHABLE,
          "%s: there is no such camera; found: %s"
              .formatted(device, known.isEmpty() ? "none" : known));
    }
    if (!Files.isReadable(file) || !Files.isWritable(file)) {
      // Right after it is plugged in this passes.
      throw new SourceException(
          Reason.UNREACHABLE,
          device + ": no permission to use the camera; its group is usually 'video'");
    }
    Ffmpeg.load();
    Optional<String> obstacle = Cameras.obstacle();
    if (obstacle.isPresent()) {
      throw new SourceException(Reason.UNUSABLE, device + ": " + obstacle.get());
    }
    AVInputFormat format = avformat.av_find_input_format(FORMAT);
    if (format == null || format.isNull()) {
      throw new SourceException(Reason.BAD_INPUT, device + ": this FFmpeg has no Video4Linux");
    }
    try {
      return AvSource.device(name, device, format, COMPRESSED, life);
    } catch (SourceException e) {
      if (e.reason() != Reason.BAD_INPUT) {
        throw e;
      }
      log.debug("{}: no MJPEG, raw pictures instead", device);
      return raw(name, device, format, life);
    }
  }

  private static AvSource raw(
      String name, String device, AVInputFormat format, ConnectionSupervisor life)
      throws IOException {
    try {
      return AvSource.device(name, device, format, RAW, life);
    } catch (SourceException e) {
      throw e.reason() == Reason.BAD_INPUT
          ? new SourceException(
              Reason.BAD_INPUT,
              device + ": gives neither MJPEG nor raw pictures that FFmpeg understands")
          : e;
    }
  }
}
