package dev.mien.source;

import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;

/** A recording in a file: every frame, with the container's times. */
final class VideoSource {
  private VideoSource() {}

  /** A file that is a picture, whatever its name says, becomes a source of one picture. */
  static Source open(String name, Path file, StreamOptions options) throws IOException {
    Ffmpeg.load();
    if (!Files.isRegularFile(file)) {
      throw bad(name, "there is no such file");
    }
    if (Files.size(file) == 0) {
      throw bad(name, "the file is empty");
    }
    AVInputFormat format = Formats.of(name, file, options);
    return Formats.isPicture(format)
        ? new PictureSource(name, List.of(file))
        : AvSource.file(name, file, format, options);
  }

  /** What begins with a slash is never taken for a protocol, whatever colons follow. */
  static String absolute(Path file) {
    return file.toAbsolutePath().toString();
  }

  private static SourceException bad(String name, String what) {
    return new SourceException(Reason.BAD_INPUT, name + ": " + what);
  }
}
