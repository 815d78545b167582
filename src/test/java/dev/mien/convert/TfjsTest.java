package dev.mien.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TfjsTest {
  private static final Path TFJS = Path.of("src/test/resources/tfjs");
  private static final Path EMOTION = TFJS.resolve("emotion.json");
  private static final int PIXELS = 64 * 64;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static byte[] onnx = {};
  private static JsonNode reference = JSON.nullNode();

  @BeforeAll
  static void convert() throws IOException {
    onnx = Tfjs.convert(EMOTION);
    reference = JSON.readTree(TFJS.resolve("emotion-reference.json").toFile()).get("emotion.json");
  }

  /** What the reference script feeds: 0..255, turned into (x / 255 - 0.5) * 2. */
  private static float[] input(String name) throws IOException {
    float[] values = new float[PIXELS];
    if (name.endsWith(".png")) {
      var raster = ImageIO.read(new File(TFJS.toFile(), name)).getRaster();
      raster.getSamples(0, 0, 64, 64, 0, values);
    } else {
      int number = Integer.parseInt(name.substring(name.indexOf('-') + 1));
      int state = number;
      for (int i = 0; i < PIXELS; i++) {
        state = state * 1103515245 + 12345 & 0x7fffffff;
        values[i] = name.startsWith("level") ? number : state >> 16 & 255;
      }
    }
    for (int i = 0; i < PIXELS; i++) {
      values[i] = (values[i] / 255 - 0.5f) * 2;
    }
    return values;
  }

  private static FloatBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Test
  void answersAsTheOriginalDoes() throws IOException {
    List<String> names = List.copyOf(reference.propertyStream().map(e -> e.getKey()).toList());
    FloatBuffer batch = direct(names.size() * PIXELS);
    for (String name : names) {
      batch.put(input(name));
    }
    try (Network network = Network.open("emotion", onnx, Device.CPU)) {
      float[][] rows = network.runBatch(batch, names.size(), 1, 64, 64);
      for (int i = 0; i < names.size(); i++) {
        JsonNode expected = reference.get(names.get(i)).get(0).get("first");
        assertThat(rows[i]).hasSize(7);
        for (int k = 0; k < 7; k++) {
          assertThat((double) rows[i][k])
              .as("%s[%d]", names.get(i), k)
              .isCloseTo(expected.get(k).asDouble(), within(1e-4));
        }
      }
    }
    assertThat(names).hasSize(9);
  }

  @Test
  void keepsTheChannelsFirstAndTheBatchFree() throws IOException {
    try (Network network = Network.open("emotion", onnx, Device.CPU)) {
      assertThat(network.input().shape()).containsExactly(-1L, 1L, 64L, 64L);
      assertThat(network.outputs()).hasSize(1);
      assertThat(network.outputs().get(0).shape()).containsExactly(-1L, 7L);
    }
    assertThat(new String(onnx, StandardCharsets.ISO_8859_1)).doesNotContain("Transpose");
  }

  @Test
  void isTheNetworkThatShips() throws IOException {
    assertThat(onnx)
        .isEqualTo(Files.readAllBytes(Path.of("src/test/resources/models/emotion/model.onnx")));
  }

  @Test
  void namesEveryUnknownOperation(@TempDir Path folder) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(EMOTION.toFile());
    int changed = 0;
    for (JsonNode node : json.get("modelTopology").get("node")) {
      String op = node.get("op").asText();
      if (op.equals("MaxPool")) {
        ((ObjectNode) node).put("op", "Conjure");
      } else if (op.equals("Softmax")) {
        ((ObjectNode) node).put("op", "Guess");
        changed++;
      }
    }
    assertThat(changed).isEqualTo(1);
    assertThatThrownBy(() -> Tfjs.convert(written(json, folder)))
        .isInstanceOf(ConvertException.class)
        .hasMessageContaining("2 operations are not known: Conjure (2), Guess (1)");
  }

  @Test
  void namesWeightsThatAreShort(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("emotion.json");
    Files.copy(EMOTION, json);
    byte[] weights = Files.readAllBytes(TFJS.resolve("emotion.bin"));
    Files.write(folder.resolve("emotion.bin"), Arrays.copyOf(weights, 1000));
    assertThatThrownBy(() -> Tfjs.convert(json))
        .isInstanceOf(ConvertException.class)
        .hasMessageMatching(".*emotion.bin ends within weight '.*': \\d+ bytes are left.*");
  }

  @Test
  void namesWeightsThatAreMissingOrElsewhere(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("emotion.json");
    Files.copy(EMOTION, json);
    assertThatThrownBy(() -> Tfjs.convert(json))
        .isInstanceOf(ConvertException.class)
        .hasMessageContaining("emotion.bin");
    Files.writeString(json, Files.readString(json).replace("emotion.bin", "../emotion.bin"));
    assertThatThrownBy(() -> Tfjs.convert(json))
        .isInstanceOf(ConvertException.class)
        .hasMessageContaining("outside");
  }

  @Test
  void refusesWhatIsNoGraphModel(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("model.json");
    Files.writeString(json, "{\"modelTopology\": {\"model_config\": {}}}");
    assertThatThrownBy(() -> Tfjs.convert(json)).hasMessageContaining("class_name");
    Files.writeString(json, "{}");
    assertThatThrownBy(() -> Tfjs.convert(json)).hasMessageContaining("no model");
    Files.writeString(json, "nonsense");
    assertThatThrownBy(() -> Tfjs.convert(json)).hasMessageContaining("not JSON");
  }

  /** Weights stored in fewer bits come back as what they stand for, within their step. */
  @Test
  void readsQuantisedWeights(@TempDir Path folder) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(2 + 4 + 6).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0).put((byte) 255);
    bytes.putShort((short) 0).putShort((short) 65535);
    bytes.putShort((short) 0x3c00).putShort((short) 0xc000).putShort((short) 0x0001);
    Files.write(folder.resolve("w.bin"), bytes.array());
    JsonNode manifest =
        JSON.readTree(
            """
            [{"paths": ["w.bin"], "weights": [
              {"name": "a", "shape": [2], "dtype": "float32",
               "quantization": {"dtype": "uint8", "min": -1.0, "scale": 0.01}},
              {"name": "b", "shape": [2], "dtype": "float32",
               "quantization": {"dtype": "uint16", "min": 2.0, "scale": 0.001}},
              {"name": "c", "shape": [3], "dtype": "float32",
               "quantization": {"dtype": "float16", "original_dtype": "float32"}}]}]
            """);
    var weights = Weights.read(folder.resolve("model.json"), manifest);
    assertThat(values(weights, "a")).containsExactly(-1f, 1.55f);
    assertThat(values(weights, "b")).containsExactly(2f, 67.535f);
    assertThat(values(weights, "c")).containsExactly(1f, -2f, 0x1p-24f);
  }

  private static float[] values(Map<String, Weight> weights, String name) {
    return Objects.requireNonNull(weights.get(name)).values();
  }

  private static Path written(JsonNode json, Path folder) throws IOException {
    Path file = folder.resolve("emotion.json");
    JSON.writeValue(file.toFile(), json);
    Files.copy(TFJS.resolve("emotion.bin"), folder.resolve("emotion.bin"));
    return file;
  }
}
