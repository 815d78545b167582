package dev.mien.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Takes a layers model of TensorFlow.js (Keras: Sequential and Functional, one inside the other, as
 * Teachable Machine writes them) apart into the operations of a graph model.
 */
final class Layers {
  private static final Set<String> MODELS = Set.of("Sequential", "Model", "Functional");
  private static final Set<String> KNOWN = new TreeSet<>(LayerSettings.layers());
  private final Lowering lowering;
  private final Map<String, Long> unknown = new TreeMap<>();

  private Layers(Map<String, Weight> weights) {
    this.lowering = new Lowering(weights);
  }

  /**
   * The operations, by name; constants that they need are added to the weights.
   *
   * @throws ConvertException if there are layers that are not known: all of them are named
   */
  static Map<String, TfNode> take(JsonNode topology, Map<String, Weight> weights)
      throws ConvertException {
    JsonNode model = topology.has("model_config") ? topology.path("model_config") : topology;
    Layers layers = new Layers(weights);
    layers.count(model);
    if (!layers.unknown.isEmpty()) {
      throw new ConvertException(
          "%d layers are not known: %s; known are %s"
              .formatted(
                  layers.unknown.size(),
                  String.join(
                      ", ",
                      layers.unknown.entrySet().stream()
                          .map(e -> "%s (%d)".formatted(e.getKey(), e.getValue()))
                          .toList()),
                  String.join(", ", KNOWN)));
    }
    List<String> outputs = layers.model(model, List.of(), "");
    if (outputs.size() != 1) {
      throw new ConvertException(
          "the model has %d outputs, expected one".formatted(outputs.size()));
    }
    return layers.lowering.nodes();
  }

  private void count(JsonNode layer) {
    String type = layer.path("class_name").asText();
    if (MODELS.contains(type)) {
      listed(layer).forEach(this::count);
    } else if (!KNOWN.contains(type)) {
      unknown.merge(type.isEmpty() ? "(without a class_name)" : type, 1L, Long::sum);
    }
  }

  /** Old files give a Sequential's layers as its whole configuration. */
  private static JsonNode listed(JsonNode model) {
    JsonNode config = model.path("config");
    return config.isArray() ? config : config.path("layers");
  }

  /**
   * The outputs of a model in the place where these tensors go in; without any, it is the whole.
   */
  private List<String> model(JsonNode model, List<String> inputs, String prefix)
      throws ConvertException {
    if (model.path("class_name").asText().equals("Sequential")) {
      String at = inputs.isEmpty() ? "" : inputs.get(0);
      for (JsonNode layer : listed(model)) {
        if (at.isEmpty()
            && !isModel(layer)
            && !layer.path("class_name").asText().equals("InputLayer")) {
          at = lowering.input(layer, prefix + "input");
        }
        at = layer(layer, at.isEmpty() ? List.of() : List.of(at), prefix);
      }
      return List.of(at);
    }
    Map<String, String> results = new HashMap<>();
    JsonNode config = model.path("config");
    List<String> names = references(config.path("input_layers"));
    for (int i = 0; i < inputs.size() && i < names.size(); i++) {
      results.put(names.get(i), inputs.get(i));
    }
    for (JsonNode layer : listed(model)) {
      String name = name(layer);
      if (results.containsKey(name)) {
        continue;
      }
      JsonNode calls = layer.path("inbound_nodes");
      if (calls.size() > 1) {
        throw new ConvertException(
            "layer '%s' is used %d times, which is not known".formatted(name, calls.size()));
      }
      List<String> from = new ArrayList<>();
      for (String reference : references(calls.path(0))) {
        String tensor = results.get(reference);
        if (tensor == null) {
          throw new ConvertException(
              "layer '%s' comes before '%s', which it needs".formatted(name, reference));
        }
        from.add(tensor);
      }
      results.put(name, layer(layer, from, prefix));
    }
    List<String> outputs = new ArrayList<>();
    for (String output : references(config.path("output_layers"))) {
      String tensor = results.get(output);
      if (tensor == null) {
        throw new ConvertException("there is no layer for the output '%s'".formatted(output));
      }
      outputs.add(tensor);
    }
    return outputs;
  }

  /** The layers that a list such as {@code [["conv1", 0, 0], ["conv2", 0, 0]]} names. */
  private static List<String> references(JsonNode list) {
    List<String> names = new ArrayList<>();
    if (list.path(0).isTextual()) {
      names.add(list.path(0).asText());
    } else if (list.has("args")) {
      // As Keras 3 writes the calls of a layer.
      list.path("args").findValues("keras_history").forEach(h -> names.add(h.path(0).asText()));
    } else {
      list.forEach(entry -> names.add(entry.path(0).asText()));
    }
    return names;
  }

  private static boolean isModel(JsonNode layer) {
    return MODELS.contains(layer.path("class_name").asText());
  }

  private static String name(JsonNode layer) {
    String name = layer.path("name").asText();
    return name.isEmpty() ? layer.path("config").path("name").asText() : name;
  }

  private String layer(JsonNode layer, List<String> inputs, String prefix) throws ConvertException {
    String name = name(layer);
    return isModel(layer)
        ? model(layer, inputs, prefix + name + "/").get(0)
        : lowering.layer(layer, inputs, name, prefix + name);
  }
}
