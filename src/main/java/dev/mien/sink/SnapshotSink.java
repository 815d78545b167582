package dev.mien.sink;

import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Saves a frame whenever a face is first seen on it: {@code SOURCE-SEQUENCE-ID.jpg}.
 *
 * <p>It remembers the faces seen last, and not all there ever were: a run may last for months, and
 * an id is never used twice.
 */
final class SnapshotSink implements Sink {
  private static final int REMEMBERED = 4096;

  private final Path folder;
  private final String source;
  private final Map<Long, Boolean> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  SnapshotSink(Path folder, String source) {
    this.folder = folder;
    this.source = source;
    OutputFile.openFolder(folder);
  }

  @Override
  public String name() {
    return folder + "/";
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    for (Face face : observation.faces()) {
      if (known.put(face.id(), true) == null) {
        String name = source + "-" + frame.sequence() + "-" + face.id() + ".jpg";
        Picture.save(frame.image(), folder.resolve(name));
      }
    }
  }

  @Override
  public void close() {}
}
