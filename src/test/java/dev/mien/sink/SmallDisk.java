package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A disk that is soon full: a tmpfs. Tests that need it are skipped where we may not mount. */
public final class SmallDisk implements AutoCloseable {
  private final Path folder;

  /**
   * @param folder is made
   * @param options as mount takes them: size=256k, noexec
   */
  public SmallDisk(Path folder, String options) throws Exception {
    this.folder = Files.createDirectory(folder);
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString())
            .redirectErrorStream(true)
            .start();
    Assumptions.assumeTrue(mount.waitFor() == 0, "mounting a small disk needs root");
  }

  public Path file(String name) {
    return folder.resolve(name);
  }

  /** Leaves no room at all. */
  void fill() throws IOException {
    try (OutputStream rest = Files.newOutputStream(folder.resolve("rest"))) {
      while (true) {
        rest.write(new byte[4096]);
      }
    } catch (IOException e) {
      assertThat(folder.toFile().getUsableSpace()).isZero();
    }
  }

  @Override
  public void close() throws IOException {
    Process umount = new ProcessBuilder("umount", folder.toString()).start();
    assertThat(umount.onExit().join().exitValue()).isZero();
  }
}
