package dev.mien.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Editors that go by the schema say what Mien says. */
final class SchemaTest {
  private static final Path FILE = Path.of("config/mien.schema.json");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private static List<Error> errors(String yaml) throws Exception {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Files.readString(FILE));
    return schema.validate(yaml, InputFormat.YAML);
  }

  private static Set<String> keys(JsonNode properties) {
    Set<String> keys = new HashSet<>();
    properties.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private static Set<String> components(Class<?> type) {
    Set<String> names = new HashSet<>();
    Arrays.stream(type.getRecordComponents())
        .forEach(c -> names.add(new SnakeCaseStrategy().translate(c.getName())));
    return names;
  }

  @Test
  void itHasTheKeysOfTheCode() throws Exception {
    JsonNode schema = new ObjectMapper().readTree(FILE.toFile());
    assertThat(keys(schema.at("/properties"))).isEqualTo(components(ConfigFile.class));
    assertThat(keys(schema.at("/properties/models/properties")))
        .isEqualTo(components(ConfigFile.Models.class));
    assertThat(keys(schema.at("/$defs/camera/properties")))
        .isEqualTo(components(ConfigFile.Camera.class));
  }

  /** The shipped file, which a test holds equal to the defaults, has every default. */
  @Test
  void itHasTheDefaultsOfTheShippedFile() throws Exception {
    JsonNode schema = new ObjectMapper().readTree(FILE.toFile());
    JsonNode shipped = new YAMLMapper().readTree(Path.of("config/mien.yaml").toFile());
    Map<String, String> places =
        Map.of("/properties/models/properties", "/models", "/$defs/camera/properties", "/defaults");
    places.forEach(
        (place, section) ->
            shipped
                .at(section)
                .properties()
                .forEach(
                    e ->
                        assertThat(schema.at(place).get(e.getKey()).get("default"))
                            .as(e.getKey())
                            .isEqualTo(e.getValue())));
    assertThat(schema.at("/properties/page/default")).isEqualTo(shipped.get("page"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mien.yaml", "kiosk.yaml", "many-cameras.yaml"})
  void theShippedFilesNameItAndFollowIt(String name) throws Exception {
    String yaml = Files.readString(Path.of("config", name));
    assertThat(yaml).startsWith("# yaml-language-server: $schema=mien.schema.json\n");
    assertThat(errors(yaml)).isEmpty();
    Path password = Files.writeString(folder.resolve("camera_ward"), "x");
    String mine = yaml.replace("/etc/mien/shop", password.toString());
    Map<String, String> environment =
        Map.of("CAMERA_PASSWORD", "x", "CREDENTIALS_DIRECTORY", folder.toString());
    Path file = Files.writeString(folder.resolve(name), mine);
    assertThat(Settings.read(file, environment).cameras()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "cameras: {a: {source: 0, max_age: 10s}} | true",
        "cameras: {a: {source: 0, max_age: 10}} | false",
        "cameras: {a: {source: 0, max_age: 1.5s}} | false",
        "cameras: {a: {source: 0, to: [b.mp4]}} | true",
        "cameras: {a: {source: 0, to: b.mp4}} | false",
        "cameras: {a: {source: 0, segment: 10m, keep: 7d, keep_size: 20GB}} | true",
        "{defaults: {keep_size: 1tb}, cameras: {a: {source: 0}}} | true",
        "cameras: {a: {source: 0, segment: often}} | false",
        "cameras: {a: {source: 0, keep: 7}} | false",
        "cameras: {a: {source: 0, keep_size: 20}} | false",
        "cameras: {a: {sorce: 0}} | false",
        "cameras: {a/b: {source: 0}} | false",
        "cameras: {Tür-1: {source: 0}} | true",
        "cameras: {} | false",
        "page: none | false",
        "{page: 'http://0.0.0.0:80', cameras: {a: {source: 0}}} | true",
        "{page: 'none', cameras: {a: {source: 0}}} | true",
        "{page: 'off-air', cameras: {a: {source: 0}}} | false",
        "{models: {conf: 1}, cameras: {a: {source: 0}}} | true",
        "{models: {conf: 1.1}, cameras: {a: {source: 0}}} | false",
        "{defaults: {source: 0}, cameras: {a: }} | true",
        "cameras: {a: {source: 'rtsp://x/', password: '${WORD}'}} | true",
        "cameras: {a: {source: 'rtsp://x/', password: plain}} | false",
      })
  void itRefusesWhatTheCodeRefuses(String yaml, boolean good) throws Exception {
    assertThat(errors(yaml).isEmpty()).as("schema").isEqualTo(good);
    Path file = Files.writeString(folder.resolve("it.yaml"), yaml);
    boolean read = true;
    String why = "";
    try {
      Settings.read(file, Map.of("WORD", "x"));
    } catch (ConfigException e) {
      read = false;
      why = ": " + e.getMessage();
    }
    assertThat(read).as("code" + why).isEqualTo(good);
  }
}
