package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SinkAddressTest {
  private final Path folder;

  SinkAddressTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void readsEveryForm() {
    assertThat(SinkAddress.parse("window")).isEqualTo(new SinkAddress.Window());
    assertThat(SinkAddress.parse("-")).isEqualTo(new SinkAddress.StandardOutput());
    assertThat(SinkAddress.parse("a b/Out.MP4"))
        .isEqualTo(new SinkAddress.VideoFile(Path.of("a b/Out.MP4")));
    assertThat(SinkAddress.parse("o.mkv")).isEqualTo(new SinkAddress.VideoFile(Path.of("o.mkv")));
    assertThat(SinkAddress.parse("o.jsonl"))
        .isEqualTo(new SinkAddress.JsonLines(Path.of("o.jsonl")));
    assertThat(SinkAddress.parse("o.ndjson"))
        .isEqualTo(new SinkAddress.JsonLines(Path.of("o.ndjson")));
    assertThat(SinkAddress.parse("http")).isEqualTo(new SinkAddress.Http("127.0.0.1", 8080));
    assertThat(SinkAddress.parse("HTTP://0.0.0.0:80/"))
        .isEqualTo(new SinkAddress.Http("0.0.0.0", 80));
    assertThat(SinkAddress.parse("http://[::1]:8080"))
        .isEqualTo(new SinkAddress.Http("::1", 8080))
        .hasToString("http://[::1]:8080");
    assertThat(SinkAddress.parse("rtsp")).isEqualTo(new SinkAddress.Rtsp("127.0.0.1", 8554, ""));
    assertThat(SinkAddress.parse("RTSP:9000/door"))
        .isEqualTo(new SinkAddress.Rtsp("127.0.0.1", 9000, "door"));
    assertThat(SinkAddress.parse("rtsp:[::]:0")).isEqualTo(new SinkAddress.Rtsp("::", 0, ""));
    assertThat(SinkAddress.parse("rtsp://a:b@nvr/door").toString())
        .isEqualTo("rtsp://***@nvr/door");
    assertThat(SinkAddress.parse("rtsp://nvr/door?jwt=a").of("b"))
        .isEqualTo(new SinkAddress.RtspTarget("rtsp://nvr/door-b?jwt=a"));
    for (String other : new String[] {"rtsps://a:geheim@nvr/", "rtmp://a:geheim@nvr/x.mp4"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SinkAddress.parse(other))
          .withMessageContaining("://***', expected window")
          .withMessageNotContaining("geheim");
    }
    assertThat(SinkAddress.parse("rtsp://nvr/door?jwt=geheim").toString())
        .isEqualTo("rtsp://nvr/door?***");
    assertThat(SinkAddress.parse("rtsp://nvr/door").of("b"))
        .isEqualTo(new SinkAddress.RtspTarget("rtsp://nvr/door-b"));
    assertThat(SinkAddress.parse("rtsp/a").of("b"))
        .isEqualTo(new SinkAddress.Rtsp("127.0.0.1", 8554, "a-b"));
    assertThat(SinkAddress.parse("faces/")).isEqualTo(new SinkAddress.Snapshots(Path.of("faces")));
    assertThat(SinkAddress.parse(folder.toString())).isEqualTo(new SinkAddress.Snapshots(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "out.avi", "mp4", "windows", "--", "a\0.mp4"})
  void saysWhatItKnows(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SinkAddress.parse(text))
        .withMessage(
            "found '%s', expected window, http, rtsp, rtsp://HOST/PATH, FILE.mp4, FILE.mkv,"
                + " FILE.jsonl, FOLDER/ or - (standard output)",
            text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http:",
        "http://",
        "http://0.0.0.0",
        "http://a:99999",
        "http://user:secret@a:80",
        "http://a:1/x"
      })
  void aPageHasAnAddressAndAPort(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SinkAddress.parse(text))
        .withMessageStartingWith("found '")
        .withMessageContaining("expected http, or http://ADDRESS:PORT")
        .withMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rtsp://a:geheim@/", "rtsp://a:geheim@nvr", "rtsp://a:ge/heim@:1/x"})
  void refusesATargetWithoutShowingThePassword(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SinkAddress.parse(text))
        .withMessageContaining("expected rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH")
        .withMessageNotContaining("heim");
  }

  @Test
  void saysHowToServeOnAllAddresses() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SinkAddress.parse("rtsp://0.0.0.0:8554/door"))
        .withMessageEndingWith("write rtsp:0.0.0.0:8554");
  }

  @Test
  void refusesWhatCannotBeWrittenBeforeAnyWork() throws Exception {
    Path taken = Files.createDirectory(folder.resolve("x.mp4"));
    Path file = Files.createFile(folder.resolve("plain"));
    refuses(new SinkAddress.VideoFile(taken), "is a folder, expected a file");
    refuses(new SinkAddress.VideoFile(folder.resolve("no/o.mp4")), "does not exist; make it first");
    refuses(new SinkAddress.JsonLines(folder.resolve("no/o.jsonl")), "does not exist");
    refuses(new SinkAddress.JsonLines(file.resolve("o.jsonl")), "does not exist");
    refuses(new SinkAddress.Snapshots(file), "is a file, expected a folder");
    refuses(new SinkAddress.Snapshots(folder.resolve("no/faces")), "does not exist");
    refuses(new SinkAddress.JsonLines(Path.of("/proc/o.jsonl")), "/proc/o.jsonl: ");
  }

  private void refuses(SinkAddress address, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> address.open(Footage.outlet(folder)).close())
        .withMessageNotContaining("--to")
        .withMessageContaining(reason)
        .withMessageNotContaining("\n");
  }
}
