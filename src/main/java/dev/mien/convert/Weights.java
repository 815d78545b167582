package dev.mien.convert;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mien.model.Inside;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Reads the weights of a TensorFlow.js model: the manifest in its JSON and the files beside it. */
final class Weights {
  private Weights() {}

  /** All the weights, by name; quantised ones are brought back to what they stand for. */
  static Map<String, Weight> read(Path json, JsonNode manifest) throws IOException {
    Map<String, Weight> weights = new HashMap<>();
    for (JsonNode path : manifest.findValues("paths")) {
      for (JsonNode name : path) {
        check(json, plain(name));
      }
    }
    for (JsonNode group : manifest) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      StringBuilder names = new StringBuilder();
      for (JsonNode path : group.path("paths")) {
        all.writeBytes(beside(json, plain(path)));
        names.append(names.isEmpty() ? "" : ", ").append(plain(path));
      }
      ByteBuffer bytes = ByteBuffer.wrap(all.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
      for (JsonNode entry : group.path("weights")) {
        Weight weight = read(json, names.toString(), entry, bytes);
        weights.put(weight.name(), weight);
      }
      if (bytes.hasRemaining()) {
        throw new ConvertException(
            "%s: %s has %d bytes more than its weights need"
                .formatted(json, names, bytes.remaining()));
      }
    }
    return weights;
  }

  /** Its tools write {@code ./weights.bin}. */
  private static String plain(JsonNode path) {
    return path.asText().replaceFirst("^[.]/", "");
  }

  /** All names before the first byte. */
  private static void check(Path json, String name) throws ConvertException {
    Optional<String> obstacle = Inside.obstacle(name);
    if (obstacle.isPresent()) {
      throw new ConvertException(
          "%s: its file of weights '%s' %s"
              .formatted(json, name.replaceAll("\\p{Cc}", "?"), obstacle.get()));
    }
  }

  private static byte[] beside(Path json, String name) throws IOException {
    Path folder = Objects.requireNonNull(json.toAbsolutePath().getParent());
    try {
      return Inside.read(folder, name, Integer.MAX_VALUE - 8);
    } catch (IOException e) {
      throw new ConvertException(
          "%s: its file of weights '%s' %s".formatted(json, name, Inside.reason(e)), e);
    }
  }

  private static Weight read(Path json, String file, JsonNode entry, ByteBuffer bytes)
      throws ConvertException {
    String name = entry.path("name").asText();
    JsonNode sizes = entry.path("shape");
    int[] shape = new int[sizes.size()];
    int count = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = sizes.get(i).asInt(-1);
      if (shape[i] < 0) {
        throw new ConvertException("%s: weight '%s' has the shape %s".formatted(json, name, sizes));
      }
      count = Math.multiplyExact(count, shape[i]);
    }
    String type = entry.path("dtype").asText();
    JsonNode quantization = entry.path("quantization");
    String stored = quantization.path("dtype").asText(type);
    int width =
        switch (stored) {
          case "float32", "int32" -> 4;
          case "float16", "uint16" -> 2;
          case "uint8", "bool" -> 1;
          default ->
              throw new ConvertException(
                  ("%s: weight '%s' is stored as %s, expected float32, float16, uint8, uint16,"
                          + " int32 or bool")
                      .formatted(json, name, stored));
        };
    if (bytes.remaining() < (long) count * width) {
      throw new ConvertException(
          "%s: %s ends within weight '%s': %d bytes are left, %d expected"
              .formatted(json, file, name, bytes.remaining(), (long) count * width));
    }
    boolean integer = !type.equals("float32");
    double scale = quantization.path("scale").asDouble(1);
    double min = quantization.path("min").asDouble(0);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (stored) {
            case "float32" -> bytes.getFloat();
            case "int32" -> bytes.getInt();
            case "float16" -> Half.value(bytes.getShort());
            case "uint16" -> (float) (Short.toUnsignedInt(bytes.getShort()) * scale + min);
            default -> (float) (Byte.toUnsignedInt(bytes.get()) * scale + min);
          };
      if (integer) {
        values[i] = Math.round(values[i]);
      }
    }
    return new Weight(name, shape, values, integer);
  }
}
