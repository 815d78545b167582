package dev.mien.convert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Turns models of TensorFlow.js, graph models and layers models, into ONNX. A picture is {@code [N,
 * height, width, channels]} there and {@code [N, channels, height, width]} in what comes out; a
 * free batch stays free. The same input gives the same bytes.
 */
public final class Tfjs {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Tfjs() {}

  /**
   * Reads {@code model.json} and the weight files beside it.
   *
   * @return the bytes of {@code model.onnx}
   * @throws ConvertException if it is no such model, has an operation or a layer that is not known
   *     (all of them are named), or its weights are missing or of another length
   */
  public static byte[] convert(Path modelJson) throws IOException {
    return convert(modelJson, List.of());
  }

  /**
   * The same for a part of the network.
   *
   * @param wanted the nodes that become its outputs; none means those of the whole
   */
  public static byte[] convert(Path modelJson, List<String> wanted) throws IOException {
    JsonNode json = read(modelJson);
    Map<String, Weight> weights = Weights.read(modelJson, json.path("weightsManifest"));
    try {
      JsonNode topology = json.path("modelTopology");
      Map<String, TfNode> nodes =
          topology.path("node").isArray() ? graph(topology) : Layers.take(topology, weights);
      List<String> outputs = outputs(json, nodes, wanted);
      Map<String, TfNode> needed = needed(nodes, outputs);
      refuseUnknown(needed.values());
      OnnxGraph graph = new OnnxGraph(String.valueOf(modelJson.getFileName()));
      GraphValues tensors = new GraphValues(graph, weights);
      Translation translation = new Translation(tensors);
      for (TfNode node : ordered(needed)) {
        translation.add(node);
      }
      for (String output : outputs) {
        tensors.output(output);
      }
      return graph.bytes();
    } catch (ConvertException e) {
      throw new ConvertException("%s: %s".formatted(modelJson, e.getMessage()), e);
    } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
      // Attributes and shapes that are shorter or bigger than their operation allows.
      throw new ConvertException("%s is damaged: %s".formatted(modelJson, e), e);
    }
  }

  private static JsonNode read(Path file) throws IOException {
    JsonNode json;
    try {
      json = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new ConvertException("%s is not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
    JsonNode topology = json.path("modelTopology");
    if (!topology.path("node").isArray()
        && !topology.has("model_config")
        && !topology.has("class_name")) {
      throw new ConvertException(
          file + " is no model of TensorFlow.js: it has neither 'node' nor 'model_config'");
    }
    return json;
  }

  private static Map<String, TfNode> graph(JsonNode topology) {
    Map<String, TfNode> nodes = new LinkedHashMap<>();
    for (JsonNode node : topology.path("node")) {
      TfNode parsed = TfNode.of(node);
      nodes.put(parsed.name(), parsed);
    }
    return nodes;
  }

  /** What is wanted, or what the signature names; without one, the nodes that no other uses. */
  private static List<String> outputs(JsonNode json, Map<String, TfNode> nodes, List<String> wanted)
      throws ConvertException {
    JsonNode signature = json.path("signature");
    if (!signature.has("outputs")) {
      signature = json.path("userDefinedMetadata").path("signature");
    }
    List<String> outputs = new ArrayList<>(wanted);
    if (!wanted.isEmpty()) {
      signature = json.path("nothing");
    }
    for (JsonNode output : signature.path("outputs")) {
      outputs.add(TfNode.strip(output.path("name").asText()));
    }
    if (outputs.isEmpty()) {
      Set<String> used = new HashSet<>();
      nodes.values().forEach(n -> used.addAll(n.inputs()));
      nodes.keySet().stream().filter(n -> !used.contains(n)).forEach(outputs::add);
    }
    for (String output : outputs) {
      if (!nodes.containsKey(output)) {
        throw new ConvertException("there is no node for the output '%s'".formatted(output));
      }
    }
    return outputs;
  }

  private static Map<String, TfNode> needed(Map<String, TfNode> nodes, List<String> outputs)
      throws ConvertException {
    Map<String, TfNode> needed = new LinkedHashMap<>();
    Deque<String> open = new ArrayDeque<>(outputs);
    while (!open.isEmpty()) {
      String name = open.pop();
      if (needed.containsKey(name)) {
        continue;
      }
      TfNode node = nodes.get(name);
      if (node == null) {
        throw new ConvertException("there is no node '%s', which another uses".formatted(name));
      }
      needed.put(name, node);
      open.addAll(node.inputs());
    }
    return needed;
  }

  private static void refuseUnknown(Collection<TfNode> needed) throws ConvertException {
    Map<String, Long> unknown =
        needed.stream()
            .map(TfNode::op)
            .filter(op -> !Operations.knows(op))
            .collect(Collectors.groupingBy(op -> op, TreeMap::new, Collectors.counting()));
    if (!unknown.isEmpty()) {
      throw new ConvertException(
          "%d operations are not known: %s; known are %s"
              .formatted(
                  unknown.size(),
                  unknown.entrySet().stream()
                      .map(e -> "%s (%d)".formatted(e.getKey(), e.getValue()))
                      .collect(Collectors.joining(", ")),
                  String.join(", ", Operations.known())));
    }
  }

  /** The needed nodes, each after its inputs. */
  private static List<TfNode> ordered(Map<String, TfNode> needed) throws ConvertException {
    List<TfNode> ordered = new ArrayList<>();
    Set<String> done = new HashSet<>();
    List<TfNode> waiting = new ArrayList<>(needed.values());
    while (!waiting.isEmpty()) {
      int before = done.size();
      for (TfNode node : waiting) {
        if (done.containsAll(node.inputs())) {
          ordered.add(node);
          done.add(node.name());
        }
      }
      if (done.size() == before) {
        throw new ConvertException("the nodes go in a circle at " + waiting.get(0).name());
      }
      waiting.removeIf(n -> done.contains(n.name()));
    }
    return ordered;
  }
}
