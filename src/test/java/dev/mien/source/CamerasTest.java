package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CamerasTest {
  @TempDir private Path classes = Path.of("");
  @TempDir private Path udev = Path.of("");

  private void device(String name, int minor, String capabilities) throws IOException {
    Files.createDirectory(classes.resolve(name));
    Files.writeString(classes.resolve(name).resolve("dev"), "81:" + minor + "\n");
    if (!capabilities.isEmpty()) {
      Files.writeString(
          udev.resolve("c81:" + minor),
          "I:4242\nE:ID_V4L_VERSION=2\nE:ID_V4L_CAPABILITIES=" + capabilities + "\nG:seat\n");
    }
  }

  @Test
  void listsCamerasByNumberAndLeavesOutWhatGivesNoPictures() throws IOException {
    device("video10", 4, ":capture:");
    device("video2", 2, ":capture:video_overlay:audio:tuner:");
    device("video3", 3, ":");
    device("video4", 5, ":video_output:");
    device("vbi0", 6, ":capture:");
    device("v4l-subdev0", 7, "");

    assertThat(Cameras.devices(classes, udev))
        .containsExactly("/dev/video2", "/dev/video4", "/dev/video10");
  }

  @Test
  void listsEveryDeviceWhereUdevSaysNothing() throws IOException {
    device("video1", 1, "");
    Files.createDirectory(classes.resolve("video0"));

    assertThat(Cameras.devices(classes, udev)).containsExactly("/dev/video0", "/dev/video1");
  }

  @Test
  void findsNoneWithoutVideo4Linux() {
    assertThat(Cameras.devices(classes.resolve("none"), udev)).isEmpty();
  }
}
