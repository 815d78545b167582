package dev.mien.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers models against what TensorFlow.js answers; see src/test/resources/layers/README.md. */
final class LayersTest {
  private static final Path LAYERS = Path.of("src/test/resources/layers");

  @ParameterizedTest
  @ValueSource(strings = {"teachable", "every"})
  void answersAsTheOriginalDoes(String name) throws IOException {
    JsonNode reference =
        new ObjectMapper().readTree(LAYERS.resolve(name).resolve("reference.json").toFile());
    int height = reference.get("shape").get(0).asInt();
    int width = reference.get("shape").get(1).asInt();
    int channels = reference.get("shape").get(2).asInt();
    int item = height * width * channels;
    int batch = reference.get("answers").size();
    FloatBuffer input =
        ByteBuffer.allocateDirect(batch * item * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int n = 0; n < batch; n++) {
      for (int i = 0; i < item; i++) {
        int channel = i % channels;
        int pixel = i / channels;
        float value = (float) Math.sin(i * (n + 1) * 0.37 + n);
        input.put(n * item + channel * height * width + pixel, value);
      }
    }
    byte[] onnx = Tfjs.convert(LAYERS.resolve(name).resolve("model.json"));
    assertThat(Tfjs.convert(LAYERS.resolve(name).resolve("model.json"))).isEqualTo(onnx);
    try (Network network = Network.open(name, onnx, Device.CPU)) {
      assertThat(network.input().shape())
          .containsExactly(-1L, (long) channels, (long) height, (long) width);
      float[][] rows = network.runBatch(input, batch, channels, height, width);
      for (int n = 0; n < batch; n++) {
        JsonNode expected = reference.get("answers").get(n);
        assertThat(rows[n]).hasSize(expected.size());
        for (int k = 0; k < rows[n].length; k++) {
          assertThat((double) rows[n][k])
              .as("%s[%d][%d]", name, n, k)
              .isCloseTo(expected.get(k).asDouble(), within(1e-5));
        }
      }
    }
  }

  private static void refused(Path folder, String from, String to, String words)
      throws IOException {
    String json = Files.readString(LAYERS.resolve("every/model.json"));
    assertThat(json).contains(from);
    Files.writeString(folder.resolve("model.json"), json.replace(from, to));
    Files.write(
        folder.resolve("weights.bin"), Files.readAllBytes(LAYERS.resolve("every/weights.bin")));
    assertThatThrownBy(() -> Tfjs.convert(folder.resolve("model.json")))
        .isInstanceOf(ConvertException.class)
        .hasMessageContaining(words)
        .message()
        .hasLineCount(1);
  }

  @Test
  void namesEveryUnknownLayer(@TempDir Path folder) throws IOException {
    refused(folder, "\"Reshape\"", "\"Lambda\"", "1 layers are not known: Lambda (1); known are");
    refused(folder, "\"elu\"", "\"swish\"", "activation 'swish'");
    refused(folder, "d1/kernel", "d1/colonel", "'d1' needs the weight 'd1/kernel'");
    refused(folder, "channels_last", "channels_first", "channels first");
  }

  /** What Keras 3 calls otherwise, and layers without weights, worked out by hand. */
  @Test
  void readsSettingsOfBothKeras(@TempDir Path folder) throws IOException {
    for (String slope : new String[] {"\"negative_slope\": 0.1", "\"alpha\": 0.1"}) {
      float[] pixels = {4, -2, 1, 0, 3, -8, 2, 2, -1, 5, 0, 1};
      double[] expected = new double[3];
      for (int pixel = 0; pixel < 4; pixel++) {
        double[] x = new double[3];
        double mean = 0;
        for (int c = 0; c < 3; c++) {
          double scaled = pixels[pixel * 3 + c] * 0.5 - 1;
          x[c] = scaled < 0 ? 0.1 * scaled : scaled;
          mean += x[c] / 3;
        }
        double variance = 0;
        for (int c = 0; c < 3; c++) {
          variance += (x[c] - mean) * (x[c] - mean) / 3;
        }
        for (int c = 0; c < 3; c++) {
          expected[c] += (x[c] - mean) / Math.sqrt(variance + 1e-3) / 4;
        }
      }
      Path json = Files.writeString(folder.resolve("model.json"), plain(slope));
      FloatBuffer input =
          ByteBuffer.allocateDirect(12 * Float.BYTES)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      for (int i = 0; i < 12; i++) {
        input.put(i % 3 * 4 + i / 3, pixels[i]);
      }
      try (Network network = Network.open("plain", Tfjs.convert(json), Device.CPU)) {
        float[] row = network.runBatch(input, 1, 3, 2, 2)[0];
        for (int c = 0; c < 3; c++) {
          assertThat((double) row[c]).isCloseTo(expected[c], within(1e-5));
        }
      }
    }
    for (String unknown : new String[] {"\"slope\": 0.1", "\"groups\": 2"}) {
      Path json = Files.writeString(folder.resolve("model.json"), plain(unknown));
      assertThatThrownBy(() -> Tfjs.convert(json))
          .isInstanceOf(ConvertException.class)
          .hasMessageContainingAll("layer 'leaky' (LeakyReLU)", unknown.replaceAll("\\W.*", ""));
    }
  }

  private static String plain(String slope) {
    return """
        {"format": "layers-model", "weightsManifest": [], "modelTopology": {"model_config": {
          "class_name": "Sequential", "config": {"name": "s", "layers": [
            {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [null, 2, 2, 3]}},
            {"class_name": "Rescaling", "config": {"name": "re", "scale": 0.5, "offset": -1}},
            {"class_name": "LeakyReLU", "config": {"name": "leaky", "trainable": true, %s}},
            {"class_name": "LayerNormalization",
             "config": {"name": "ln", "axis": [-1], "scale": false, "center": false}},
            {"class_name": "GlobalAveragePooling2D", "config": {"name": "gap"}}]}}}}
        """
        .formatted(slope);
  }
}
