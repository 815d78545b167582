package dev.mien.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * An operation of a TensorFlow graph, as TensorFlow.js writes it.
 *
 * @param inputs names of other nodes, without control inputs and output numbers
 * @param attributes as in TensorFlow's protobuf, strings in Base64
 */
record TfNode(String name, String op, List<String> inputs, JsonNode attributes) {
  static TfNode of(JsonNode json) {
    List<String> inputs = new ArrayList<>();
    for (JsonNode input : json.path("input")) {
      String name = input.asText();
      if (!name.startsWith("^")) {
        inputs.add(strip(name));
      }
    }
    return new TfNode(
        json.path("name").asText(),
        json.path("op").asText(),
        List.copyOf(inputs),
        json.path("attr"));
  }

  /** The node that a tensor comes from: "name:0" is the first output of "name". */
  static String strip(String tensor) {
    return tensor.endsWith(":0") ? tensor.substring(0, tensor.length() - 2) : tensor;
  }

  String text(String key, String otherwise) {
    JsonNode value = attributes.path(key).path("s");
    return value.isMissingNode() ? otherwise : decode(value);
  }

  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (JsonNode value : attributes.path(key).path("list").path("s")) {
      texts.add(decode(value));
    }
    return texts;
  }

  private static String decode(JsonNode value) {
    return new String(Base64.getDecoder().decode(value.asText()), StandardCharsets.UTF_8);
  }

  long[] longs(String key) {
    JsonNode list = attributes.path(key).path("list").path("i");
    long[] longs = new long[list.size()];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = list.get(i).asLong();
    }
    return longs;
  }

  boolean flag(String key) {
    return attributes.path(key).path("b").asBoolean(false);
  }

  float number(String key, double otherwise) {
    return (float) attributes.path(key).path("f").asDouble(otherwise);
  }
}
