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
}
