package dev.mien.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The unit in a booted systemd: {@code src/test/booted}, where that can be. */
@Timeout(1000)
final class BootedIT {
  /** What the script ends with where a container cannot be booted. */
  private static final int CANNOT = 2;

  @TempDir private Path folder = Path.of("");

  @Test
  void allOfItIsAsExpected() throws Exception {
    Path out = folder.resolve("out");
    int status =
        new ProcessBuilder("src/test/booted")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start()
            .waitFor();
    String table = Files.readString(out);
    assumeTrue(status != CANNOT, table.strip());
    assertThat(status).as(table).isZero();
  }
}
