package dev.mien.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.config.Settings.Camera;
import dev.mien.source.SourceAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a configuration means, and what is said about one that means nothing. */
final class SettingsTest {
  private static final String SECRET = "hunter2";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private Settings read(String yaml, Map<String, String> environment) throws Exception {
    return Settings.read(Files.writeString(folder.resolve("mien.yaml"), yaml), environment);
  }

  private Settings read(String yaml) throws Exception {
    return read(yaml, Map.of());
  }

  private Camera only(String yaml, Map<String, String> environment) throws Exception {
    return read(yaml, environment).cameras().values().iterator().next();
  }

  private void refused(String yaml, String... parts) {
    assertThatThrownBy(() -> read(yaml, Map.of("HERE", SECRET)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContainingAny(SECRET, "\n", "com.fasterxml");
  }

  @Test
  void theShippedFileIsTheDefaults() {
    assertThat(Settings.read(Path.of("config/mien.yaml"), Map.of())).isEqualTo(Settings.defaults());
  }

  /** At a reload it may be one that is just being written. */
  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "models: {conf: 0.5}\n", "cameras:\n"})
  void aFileWithoutCamerasIsRefused(String yaml) {
    refused(yaml, "mien.yaml", "cameras: none is there");
  }

  @Test
  void aCameraOverridesTheDefaults() throws Exception {
    Settings settings =
        read(
            """
            models:
              classify: []
            page: none
            defaults:
              max_age: 2s
              to: [a.jsonl]
            cameras:
              one:
                source: 'pattern:'
              two:
                source: 'pattern:64x64'
                max_age: 250ms
                to: [-, b.mp4]
                loop: true
            """);
    assertThat(settings.cameras()).containsOnlyKeys("one", "two");
    Camera one = Objects.requireNonNull(settings.cameras().get("one"));
    Camera two = Objects.requireNonNull(settings.cameras().get("two"));
    assertThat(one.wishes().classify()).isEmpty();
    assertThat(one.maxAge()).isEqualTo(Duration.ofSeconds(2));
    assertThat(one.to()).hasToString("[a.jsonl]");
    assertThat(two.maxAge()).isEqualTo(Duration.ofMillis(250));
    assertThat(two.to()).hasToString("[-, b.mp4]");
    assertThat(two.loop()).isTrue();
  }

  @Test
  void passwordsComeFromElsewhere() throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), "p@ss w:rd\n");
    for (String where : List.of("${WORD}", "file:" + file, "credential:secret")) {
      String yaml =
          "cameras: {door: {source: 'rtsp://door/1', user: me, password: '%s'}}".formatted(where);
      Camera camera =
          only(yaml, Map.of("WORD", "p@ss w:rd", "CREDENTIALS_DIRECTORY", folder.toString()));
      assertThat(camera.source())
          .isEqualTo(new SourceAddress.Network("rtsp://me:p%40ss%20w%3Ard@door/1"));
      assertThat(camera.toString()).doesNotContain("p@ss", "p%40ss");
    }
    Camera inline =
        only("cameras: {d: {source: 'rtsp://me:${WORD}@door/1'}}", Map.of("WORD", SECRET));
    assertThat(inline.source()).isEqualTo(new SourceAddress.Network("rtsp://me:hunter2@door/1"));
  }

  @Test
  void aCommonPasswordIsForThoseWhoCanHaveOne() throws Exception {
    Settings settings =
        read(
            """
            defaults: {user: viewer, password: '${WORD}'}
            cameras:
              door: {source: 'rtsp://door/1?profile=2'}
              yard: {source: 'rtsp://admin:${YARD}@yard/1'}
              open: {source: 'rtsp://open/1', user: '', password: ''}
              card: {source: 'pattern:'}
            """,
            Map.of("WORD", "one", "YARD", "two"));
    assertThat(settings.cameras().values())
        .extracting(Camera::source)
        .containsExactly(
            new SourceAddress.Network("rtsp://viewer:one@door/1?profile=2"),
            new SourceAddress.Network("rtsp://admin:two@yard/1"),
            new SourceAddress.Network("rtsp://open/1"),
            SourceAddress.parse("pattern:"));
  }

  @Test
  void camerasThatShareAStreamGetOneEach() throws Exception {
    Settings settings =
        read(
            """
            page: none
            defaults: {to: ['rtsp://nvr/live', rtsp]}
            cameras: {a: {source: 'pattern:'}, b: {source: 'pattern:'}, c: {source: 'pattern:', to: [-]}}
            """);
    assertThat(settings.cameras().values())
        .extracting(c -> c.to().toString())
        .containsExactly(
            "[rtsp://nvr/live-a, rtsp:127.0.0.1:8554]",
            "[rtsp://nvr/live-b, rtsp:127.0.0.1:8554]",
            "[-]");
  }

  @Test
  void aPageThatIsNamedTwiceIsOne() throws Exception {
    Camera camera = only("cameras: {a: {source: 'pattern:', to: [http, b.mp4]}}", Map.of());
    assertThat(camera.to()).hasToString("[http://127.0.0.1:8080, b.mp4]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "source: rtsp://me:hunter2@door/1",
        "source: 'http://door/live?token=hunter2'",
        "{source: 0, to: ['rtsp://me:hunter2@there/live']}",
        "{source: 'rtsp://door/1', user: me, password: hunter2}",
      })
  void aPasswordInTheFileIsRefused(String camera) {
    String yaml = "cameras:\n  door: " + (camera.startsWith("{") ? camera : "{" + camera + "}");
    refused(yaml, "mien.yaml:2: cameras.door", "${NAME}", "file:PATH", "credential:NAME");
  }

  @Test
  void anUnknownKeyIsTakenForTheNearOne() {
    refused("modles: {}\n", "mien.yaml:1: modles: ", "did you mean 'models'?");
    refused(
        "cameras:\n  door:\n    sorce: 0\n",
        "mien.yaml:3: cameras.door.sorce: ",
        "did you mean 'source'?");
    refused("cameras: {a: {maxAge: 1s}}", "did you mean 'max_age'?");
    refused("zebra: 1\n", "known are cameras, defaults, models, page");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "cameras: {a: {source: 0, max_age: fast}} | cameras.a.max_age: found 'fast', expected for"
            + " example 500ms",
        "cameras: {a: {source: 0, max_age: 0s}} | 500ms or 10s",
        "cameras: {a: {source: 0, to: b.mp4}} | cameras.a.to: expected a list",
        "cameras: {a: {source: 0, loop: often}} | cameras.a.loop: expected true or false",
        "models: {conf: high} | models.conf: expected a number",
        "models: {hide: shoes} | models.hide: found 'shoes', expected none or faces",
        "models: {engine: tensorrt} | models.engine: found 'tensorrt', expected auto, opencv or"
            + " onnxruntime",
        "models: {conf: 3} | models.conf: found 3.0, expected 0 to 1",
        "page: https://x:1 | page: found 'https://x:1', expected none",
        "page: rtsp | page: found 'rtsp', expected none, http or",
        "models: yunet | models: expected keys and values below it",
        "cameras: {a: {source: nowhere.mp4}} | cameras.a.source: there is no file 'nowhere.mp4'",
        "cameras: {a: {source: 0, to: [b.gif]}} | cameras.a.to: found 'b.gif'",
        "cameras: {a: {loop: true}} | cameras.a: has no source",
        "cameras: {a: {source: 0, to: [~]}} | cameras.a.to: an entry is empty",
        "models: {classify: [mask, ~]} | models.classify: an entry is empty",
        "cameras: {} | cameras: none is there",
        "cameras: {../a: {source: 0}} | a camera's name is",
        "cameras: {a: {source: 0}, a: {source: 1}} | the same key comes twice",
        "cameras: {a: {source: 'rtsp://x/', password: '${NOT_SET}'}} | no such variable",
        "cameras: {a: {source: 'rtsp://x/', password: 'file:/nowhere/p'}} | '/nowhere/p' cannot be"
            + " read",
        "cameras: {a: {source: 'rtsp://x/', password: 'credential:p'}} | CREDENTIALS_DIRECTORY is"
            + " not set",
        "cameras: {a: {source: 0, password: '${HERE}'}} | user and password are for addresses",
        "cameras: {a: @x | not valid YAML here",
      })
  void whatIsWrongIsSaidInOneLine(String yaml, String part) {
    refused(yaml, "mien.yaml", part);
  }

  @Test
  void aFileThatIsNotThere() {
    assertThatThrownBy(() -> Settings.read(folder.resolve("no.yaml"), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageEndingWith("no.yaml: there is no such file");
  }
}
