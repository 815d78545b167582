package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.frame.Frame;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
final class ManyRoundsIT {
  private static final int ROUNDS = 500;
  private static final int WARM = 50;

  /** A decoder or an encoder that stays is more than this for each round. */
  private static final long MOST_RESIDENT = 64L << 20;

  @TempDir private Path folder = Path.of("");

  private void round(Path from) throws IOException {
    Path to = folder.resolve("copy.mp4");
    try (Source source = SourceAddress.parse(from.toString()).open();
        Sink sink = new SinkAddress.VideoFile(to).open(Footage.outlet(folder))) {
      for (int i = 0; i < 3; i++) {
        try (Frame frame = source.read()) {
          if (frame == null) {
            throw new IOException("frame " + i + " is missing");
          }
          sink.write(frame, Footage.seen(frame));
        }
      }
      sink.finish();
    }
  }

  private static long files() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  @Test
  @Timeout(180)
  @DisplayName("R18: opening and closing a source and a recorder 500 times leaves nothing behind")
  void nothingIsLeft() throws Exception {
    Path clip = folder.resolve("clip.mp4");
    try (Sink sink = new SinkAddress.VideoFile(clip).open(Footage.outlet(folder))) {
      for (int i = 0; i < 5; i++) {
        try (Frame frame = Footage.frame(i, i * 40L * Footage.MS, 160, 120)) {
          sink.write(frame, Footage.seen(frame));
        }
      }
      sink.finish();
    }
    for (int i = 0; i < WARM; i++) {
      round(clip);
    }
    long bytes = Pointer.totalBytes();
    long files = files();
    long resident = Pointer.physicalBytes();
    for (int i = 0; i < ROUNDS; i++) {
      round(clip);
    }
    assertThat(Pointer.totalBytes()).as("native bytes").isLessThanOrEqualTo(bytes);
    assertThat(files()).as("open files").isLessThanOrEqualTo(files + 2);
    assertThat(Pointer.physicalBytes() - resident).as("resident").isLessThan(MOST_RESIDENT);
  }
}
