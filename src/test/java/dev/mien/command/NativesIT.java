package dev.mien.command;

import dev.mien.sink.SmallDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where libraries cannot be unpacked or run from. */
@Timeout(120)
final class NativesIT {
  @TempDir private Path folder = Path.of("");

  private static final String[] ANALYZE = {
    "analyze",
    "--quiet",
    "--classify",
    "none",
    "--max-frames",
    "3",
    "--to",
    "out.jsonl",
    Program.CLIP.toString()
  };

  @ParameterizedTest
  @ValueSource(strings = {"size=4k", "size=64m,noexec", "size=4k,ro"})
  @DisplayName("R25: a temporary folder that is full, noexec or read-only does not matter")
  void temporaryFolder(String options) throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), options)) {
      new Program(folder).with("-Djava.io.tmpdir=" + disk.file("")).run(ANALYZE).isQuiet();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"size=4k", "size=512m,noexec"})
  @DisplayName("R25: where no folder is of use, the property that names one is said")
  void nowhere(String options) throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), options)) {
      String place = disk.file("").toString();
      Program.Ended ended =
          new Program(folder)
              .with("-Djava.io.tmpdir=" + place, "-Dorg.bytedeco.javacpp.cachedir=" + place)
              .run(ANALYZE);
      ended.saysOnly(3, "-Dorg.bytedeco.javacpp.cachedir=FOLDER");
    }
  }
}
