package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SourceAddressTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @ParameterizedTest
  @CsvSource({
    "0, Camera, video0, /dev/video0",
    "12, Camera, video12, /dev/video12",
    "/dev/video3, Camera, video3, /dev/video3",
    "rtsp://cam/1, Network, cam, rtsp://cam/1",
    "RTSP://cam:554/1, Network, cam:554, rtsp://cam:554/1",
    "rtsp://u:p@cam/1, Network, cam, rtsp://***@cam/1",
    "rtsp://u:p@ss@cam/1, Network, cam, rtsp://***@cam/1",
    "rtsp://u:p'w@cam/1, Network, cam, rtsp://***@cam/1",
    "https://cam/a.m3u8?token=abc&x=1, Network, cam, https://cam/a.m3u8?token=***&x=1",
    "http://[::1]:80/a, Network, [::1]:80, http://[::1]:80/a",
    "http://cam/a@b, Network, cam, http://cam/a@b"
  })
  @DisplayName("R12: addresses are told apart, and shown without passwords")
  void known(String text, String kind, String name, String shown) {
    SourceAddress address = SourceAddress.parse(text);
    assertThat(address.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(address.name()).isEqualTo(name);
    assertThat(address.toString()).isEqualTo(shown);
  }

  @Test
  void patterns() {
    assertThat(SourceAddress.parse("pattern:"))
        .isEqualTo(new SourceAddress.TestPattern(640, 360, 25, null));
    assertThat(SourceAddress.parse("pattern:64x128@12.5?frames=3"))
        .isEqualTo(new SourceAddress.TestPattern(64, 128, 12.5, 3L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\" | there is no file ''",
        "none.mp4 | there is no file 'none.mp4'",
        "ftp://u:p@x/1 | found 'ftp://***@x/1', known are rtsp://, rtsps://, http://"
            + " and https://",
        "pattern:9 | found 'pattern:9', expected pattern: or"
            + " pattern:WIDTHxHEIGHT@RATE?frames=N",
        "pattern:63x64 | found 'pattern:63x64', expected 64x64 to 7680x4320 and a rate"
            + " above 0",
        "rtsp://u:geh/eim@cam/1 | no host in this rtsp:// address, expected"
            + " rtsp://[USER:PASSWORD@]HOST[:PORT]/..; in a password, write / as %2F, ? as %3F,"
            + " # as %23; in a path, @ as %40",
        "rtsp://u:123/eim@cam/1 | no host in this rtsp:// address, expected"
            + " rtsp://[USER:PASSWORD@]HOST[:PORT]/..; in a password, write / as %2F, ? as %3F,"
            + " # as %23; in a path, @ as %40",
        "rtsp://u:12#34@cam/1 | no host in this rtsp:// address, expected"
            + " rtsp://[USER:PASSWORD@]HOST[:PORT]/..; in a password, write / as %2F, ? as %3F,"
            + " # as %23; in a path, @ as %40",
        "http:///x | no host in this http:// address, expected"
            + " http://[USER:PASSWORD@]HOST[:PORT]/..; in a password, write / as %2F, ? as %3F,"
            + " # as %23; in a path, @ as %40"
      })
  @DisplayName("R12: what is wrong is told in one line without passwords")
  void unknown(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SourceAddress.parse(text))
        .withMessage(message);
  }

  @Test
  void files() throws Exception {
    Path film = Files.createFile(folder.resolve("a.mp4"));
    assertThat(SourceAddress.parse(film.toString())).isEqualTo(new SourceAddress.Video(film));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SourceAddress.parse(folder.toString()))
        .withMessage(
            "no pictures in '%s', expected jpg, png, bmp, webp or tif; found a.mp4"
                .formatted(folder));
    for (String name : List.of("10.png", "2.PNG", "1.jpg", "notes.txt")) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(((SourceAddress.Pictures) SourceAddress.parse(folder.toString())).files())
        .extracting(f -> f.getFileName().toString())
        .containsExactly("1.jpg", "2.PNG", "10.png");
    assertThat(((SourceAddress.Pictures) SourceAddress.parse(folder + "/1*")).files())
        .extracting(f -> f.getFileName().toString())
        .containsExactly("1.jpg", "10.png");
    assertThat(SourceAddress.parse(folder + "/10.png").name()).isEqualTo("10.png");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Could not open rtsp://u:geh@im@cam/1 | Could not open rtsp://***@cam/1",
        "http://c/x?user=a&password=b&z=1 | http://c/x?user=***&password=***&z=1",
        "http://c/x?z=1#y | http://c/x?z=1#y",
        "mail to a@b | mail to a@b"
      })
  @DisplayName("R12: masks")
  void masks(String text, String masked) {
    assertThat(Secrets.mask(text)).isEqualTo(masked);
  }
}
