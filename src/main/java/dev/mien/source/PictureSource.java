package dev.mien.source;

import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pictures, each for itself, upright as their EXIF data says. Their timestamps are a second apart.
 * One that cannot be read is named and skipped; if it was the only one, that is an error.
 */
final class PictureSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(PictureSource.class);
  private static final long STEP = 1_000_000_000L;

  private final String name;
  private final List<Path> files;
  private int next;
  private long sequence;
  private volatile boolean closed;

  PictureSource(String name, List<Path> files) {
    this.name = name;
    this.files = List.copyOf(files);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Pace pace() {
    return Pace.STILLS;
  }

  @Override
  public @Nullable Frame read() throws IOException {
    while (!closed && next < files.size()) {
      Path file = files.get(next++);
      try {
        Mat image = Still.read(file);
        return new Frame(sequence, sequence++ * STEP, image);
      } catch (SourceException e) {
        if (next == files.size() && sequence == 0) {
          throw e;
        }
        log.warn("{}; skipped", e.getMessage());
      }
    }
    return null;
  }

  @Override
  public void close() {
    closed = true;
  }
}
