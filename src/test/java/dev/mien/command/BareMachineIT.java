package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server that has a JDK and no library of the desktop, which is here, and hidden. */
@Timeout(240)
@EnabledOnOs(value = OS.LINUX, disabledReason = "hides files by mounts of its own")
final class BareMachineIT {
  /** Takes away what FFmpeg and OpenCV could ask for, then becomes the program. */
  private static final List<String> WITHOUT_DESKTOP =
      List.of(
          "unshare",
          "--mount",
          "sh",
          "-c",
          """
          for library in pulse xcb X11 Xext asound GL EGL drm va gtk v4l jack SDL; do
            for file in /usr/lib/*-linux-gnu/lib$library[-.0-9]*; do
              [ ! -f "$file" ] || mount --bind /dev/null "$file" || exit 99
            done
          done
          # Any file passes for a camera until it is opened.
          mount -t tmpfs none /dev && touch /dev/video0 && mknod /dev/null c 1 3 &&
            mknod /dev/random c 1 8 && mknod /dev/urandom c 1 9 || exit 99
          exec "$@"
          """,
          "sh");

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void mayMount() throws Exception {
    assumeTrue(
        new ProcessBuilder(
                    "unshare",
                    "--mount",
                    "sh",
                    "-c",
                    "mount -t tmpfs none /dev && mknod /dev/null c 1 3")
                .start()
                .waitFor()
            == 0,
        "hiding files takes root");
  }

  private Program.Ended run(String... arguments) throws IOException, InterruptedException {
    return new Program(folder).through(WITHOUT_DESKTOP).run(arguments);
  }

  @Test
  void readsAndWritesVideo() throws Exception {
    run("analyze", "--quiet", "--max-frames", "20", Program.CLIP.toString()).isQuiet();
    assertThat(folder.resolve("mien-out/cap13_edit2.mp4/annotated.mp4")).isNotEmptyFile();
  }

  @Test
  void saysWhatACameraNeeds() throws Exception {
    run("watch", "--source", "0", "--to", "-").saysOnly(3, "libpulse0");
  }

  @Test
  void doctorNamesIt() throws Exception {
    Program.Ended ended = run("doctor");
    assertThat(ended.out()).contains("camera     not usable: ").contains("libpulse0");
    assertThat(ended.status()).isZero();
  }
}
