package dev.mien.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InsideTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/etc/passwd",
        "..",
        "../x",
        "a/../../x",
        "a/../x",
        "./x",
        "a//x",
        "a/",
        "\\x",
        "..\\x",
        "a\\x",
        "C:x",
        "C:\\x",
        "c:/x",
        "\\\\host\\share",
        "x:stream",
        "x\0.png",
        "x\n",
        "\u001b[2J",
        "x\u2028y",
        "x\u202egnp.exe",
        "x.",
        "x ",
        " x",
        "nul",
        "NUL.txt",
        "a/com1",
        "~/\0"
      })
  void refusesNamesThatLeadElsewhere(String name) {
    assertThat(Inside.obstacle(name)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"model.onnx", "goldens/1.png", "..a", "a..b", "über/Maske 1.png", "顔.txt", "~x"})
  void takesOthers(String name) {
    assertThat(Inside.obstacle(name)).isEmpty();
  }

  @Test
  @Timeout(20)
  void readsPlainFilesOnly(@TempDir Path folder) throws Exception {
    Path in = Files.createDirectory(folder.resolve("in"));
    Path secret = Files.writeString(folder.resolve("secret"), "s");
    Files.writeString(in.resolve("plain"), "12345");
    assertThat(Inside.read(in, "plain", 5)).hasSize(5);
    assertThatThrownBy(() -> Inside.read(in, "plain", 4)).hasMessageContaining("5 bytes");
    Files.createSymbolicLink(in.resolve("link"), secret);
    Files.createSymbolicLink(in.resolve("up"), folder);
    Files.createSymbolicLink(in.resolve("zero"), Path.of("/dev/zero"));
    Files.createDirectory(in.resolve("folder"));
    assertThat(new ProcessBuilder("mkfifo", in.resolve("pipe").toString()).start().waitFor())
        .isZero();
    for (String link : new String[] {"link", "up/secret", "zero"}) {
      assertThatThrownBy(() -> Inside.read(in, link, 9)).hasMessageContaining("link");
    }
    for (String odd : new String[] {"folder", "pipe"}) {
      assertThatThrownBy(() -> Inside.read(in, odd, 9)).hasMessageContaining("no plain file");
    }
    assertThatThrownBy(() -> Inside.read(in, "nothing", 9)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Inside.read(in, "../secret", 9)).isInstanceOf(IOException.class);
    Path linked = Files.createSymbolicLink(folder.resolve("linked"), in);
    assertThatCode(() -> Inside.read(linked, "plain", 5)).doesNotThrowAnyException();
  }
}
