package dev.mien.convert;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts steps down to eight bits and up again (QuantizeLinear, DequantizeLinear) around what ONNX
 * Runtime can do in integers: products and the activations after them, sums, joins and pools.
 * Everything else goes on in floats.
 */
final class QdqQuantizer {
  private static final Set<String> PRODUCTS = Set.of("Conv", "Gemm", "MatMul");
  private static final Set<String> MIXTURES =
      Set.of("Add", "Concat", "GlobalAveragePool", "AveragePool");

  /** Their output has the values of their input. */
  private static final Set<String> MOVES =
      Set.of("MaxPool", "Flatten", "Reshape", "Transpose", "Squeeze", "Unsqueeze");

  /**
   * Of 127 only half is used: the largest two products, 255 × 64 each, then fit into the 16 bits in
   * which x86's quick instruction without VNNI (VPMADDUBSW) adds them.
   */
  private static final int LARGEST_WEIGHT = 64;

  private final GraphProto graph;
  private final Map<String, TensorProto> constants = new HashMap<>();
  private final Map<String, List<NodeProto>> readers = new HashMap<>();
  private final Set<String> outputs = new HashSet<>();
  private final Set<String> flowing = new LinkedHashSet<>();

  /** GraphValues that have the step of another. */
  private final Map<String, String> alike = new LinkedHashMap<>();

  QdqQuantizer(GraphProto graph) {
    this.graph = graph;
    graph.getInitializerList().forEach(t -> constants.put(t.getName(), t));
    for (NodeProto node : graph.getNodeList()) {
      for (String input : node.getInputList()) {
        readers.computeIfAbsent(input, i -> new ArrayList<>()).add(node);
      }
    }
    for (ValueInfoProto output : graph.getOutputList()) {
      outputs.add(output.getName());
    }
    graph.getNodeList().forEach(this::follow);
  }

  private void follow(NodeProto node) {
    String op = node.getOpType();
    String result = settled(node);
    if (isProduct(node)) {
      flowing.add(node.getInput(0));
      boolean readAgain =
          readers.getOrDefault(result, List.of()).stream()
              .anyMatch(r -> isProduct(r) || MIXTURES.contains(r.getOpType()));
      if (op.equals("Conv") || readAgain) {
        flow(result);
      }
    } else if (MIXTURES.contains(op)
        && node.getInputList().stream().noneMatch(constants::containsKey)
        && node.getInputList().stream().anyMatch(this::flows)) {
      flowing.addAll(node.getInputList());
      flowing.removeAll(alike.keySet());
      flow(result);
    } else if (MOVES.contains(op)
        && node.getOutputCount() == 1
        && flows(node.getInput(0))
        && !outputs.contains(node.getOutput(0))) {
      alike.put(node.getOutput(0), node.getInput(0));
    }
  }

  private boolean flows(String tensor) {
    return flowing.contains(tensor) || alike.containsKey(tensor);
  }

  private void flow(String tensor) {
    if (!outputs.contains(tensor)) {
      flowing.add(tensor);
    }
  }

  private boolean isProduct(NodeProto node) {
    if (!PRODUCTS.contains(node.getOpType())
        || constants.containsKey(node.getInput(0))
        || !isFloat(constants.get(node.getInput(1)))) {
      return false;
    }
    if (node.getInputCount() > 2 && !isFloat(constants.get(node.getInput(2)))) {
      return false;
    }
    return switch (node.getOpType()) {
      case "Gemm" ->
          number(node, "transA", 0) == 0
              && real(node, "alpha") == 1
              && real(node, "beta") == 1
              && bias(node).length % width(node) == 0;
      case "MatMul" -> constant(node, 1).getDimsCount() == 2;
      default -> true;
    };
  }

  private TensorProto constant(NodeProto node, int index) {
    return Objects.requireNonNull(constants.get(node.getInput(index)));
  }

  private static boolean isFloat(@Nullable TensorProto tensor) {
    return tensor != null && tensor.getDataType() == TensorProto.DataType.FLOAT.getNumber();
  }

  /**
   * The result of a node, behind a Relu or Clip that only it feeds: whoever rounds to 0..255 from 0
   * up clips in the same step.
   */
  private String settled(NodeProto node) {
    String result = node.getOutput(0);
    List<NodeProto> next = readers.getOrDefault(result, List.of());
    if (outputs.contains(result) || next.size() != 1) {
      return result;
    }
    NodeProto reader = next.get(0);
    boolean clips =
        reader.getOpType().equals("Relu")
            || (reader.getOpType().equals("Clip")
                && reader.getInputCount() > 1
                && isFloat(constants.get(reader.getInput(1)))
                && Constants.floats(constant(reader, 1))[0] == 0);
    return clips ? reader.getOutput(0) : result;
  }

  /** The tensors whose ranges have to be known. */
  Set<String> flowing() {
    return Set.copyOf(flowing);
  }

  /**
   * The graph in eight bits.
   *
   * @param steps one for each of {@link #flowing}
   */
  GraphProto quantized(Map<String, Range.Step> steps) {
    Map<String, Range.Step> all = new HashMap<>(steps);
    alike.forEach((tensor, like) -> all.put(tensor, Objects.requireNonNull(all.get(like))));
    GraphProto.Builder result = graph.toBuilder().clearNode().clearInitializer().clearValueInfo();
    for (ValueInfoProto input : graph.getInputList()) {
      down(result, input.getName(), all);
    }
    for (NodeProto node : graph.getNodeList()) {
      NodeProto.Builder changed = node.toBuilder();
      for (int i = 0; i < node.getInputCount(); i++) {
        if (all.containsKey(node.getInput(i))) {
          changed.setInput(i, up(result, node, i));
        }
      }
      if (isProduct(node)) {
        changed.setInput(1, weight(result, node));
        if (node.getInputCount() > 2) {
          changed.setInput(
              2, bias(result, node, Objects.requireNonNull(all.get(node.getInput(0)))));
        }
      }
      result.addNode(changed);
      for (String output : node.getOutputList()) {
        down(result, output, all);
      }
    }
    keepUsedConstants(result);
    return result.build();
  }

  private void keepUsedConstants(GraphProto.Builder result) {
    Set<String> used = new HashSet<>();
    result.getNodeList().forEach(n -> used.addAll(n.getInputList()));
    for (TensorProto tensor : graph.getInitializerList()) {
      if (used.contains(tensor.getName())) {
        result.addInitializer(tensor);
      }
    }
  }

  private static void down(
      GraphProto.Builder result, String tensor, Map<String, Range.Step> steps) {
    Range.Step step = steps.get(tensor);
    if (step == null) {
      return;
    }
    result
        .addInitializer(Constants.floats(tensor + "/scale", step.scale()))
        .addInitializer(
            Constants.bytes(
                tensor + "/zero",
                TensorProto.DataType.UINT8,
                new byte[] {(byte) step.zero()},
                List.of()))
        .addNode(
            node("QuantizeLinear", tensor + "/eight", tensor, tensor + "/scale", tensor + "/zero"));
  }

  /** A way back up for each reader: the runtime joins it with the reader. */
  private static String up(GraphProto.Builder result, NodeProto reader, int index) {
    String tensor = reader.getInput(index);
    String name = "%s/for/%s/%d".formatted(tensor, reader.getOutput(0), index);
    result.addNode(
        node("DequantizeLinear", name, tensor + "/eight", tensor + "/scale", tensor + "/zero"));
    return name;
  }

  private String weight(GraphProto.Builder result, NodeProto node) {
    TensorProto tensor = constant(node, 1);
    int axis = axis(node);
    float[] values = Constants.floats(tensor);
    float[] scales = scales(node);
    byte[] stored = new byte[values.length];
    int inner = inner(tensor, axis);
    for (int i = 0; i < values.length; i++) {
      int channel = i / inner % scales.length;
      int steps = Math.round(values[i] / scales[channel]);
      stored[i] = (byte) Math.max(-LARGEST_WEIGHT, Math.min(LARGEST_WEIGHT, steps));
    }
    String name = node.getOutput(0) + "/weight";
    result
        .addInitializer(
            Constants.bytes(
                name + "/eight", TensorProto.DataType.INT8, stored, tensor.getDimsList()))
        .addInitializer(Constants.floats(name + "/scale", scales))
        .addInitializer(
            Constants.bytes(
                name + "/zero",
                TensorProto.DataType.INT8,
                new byte[scales.length],
                scales.length == 1 ? List.of() : List.of((long) scales.length)))
        .addNode(
            node("DequantizeLinear", name, name + "/eight", name + "/scale", name + "/zero")
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(axis)));
    return name;
  }

  /** The axis of the channels that come out. */
  private static int axis(NodeProto node) {
    boolean columns =
        node.getOpType().equals("MatMul")
            || (node.getOpType().equals("Gemm") && number(node, "transB", 0) == 0);
    return columns ? 1 : 0;
  }

  private int width(NodeProto node) {
    return Math.toIntExact(constant(node, 1).getDims(axis(node)));
  }

  private static int inner(TensorProto tensor, int axis) {
    long inner = 1;
    for (int i = axis + 1; i < tensor.getDimsCount(); i++) {
      inner *= tensor.getDims(i);
    }
    return Math.toIntExact(inner);
  }

  /** A step for each channel, so that its largest weight is {@link #LARGEST_WEIGHT}. */
  private float[] scales(NodeProto node) {
    TensorProto tensor = constant(node, 1);
    float[] values = Constants.floats(tensor);
    float[] scales = new float[width(node)];
    int inner = inner(tensor, axis(node));
    for (int i = 0; i < values.length; i++) {
      int channel = i / inner % scales.length;
      scales[channel] = Math.max(scales[channel], Math.abs(values[i]) / LARGEST_WEIGHT);
    }
    for (int i = 0; i < scales.length; i++) {
      // A silent channel still has a bias, which must fit into 32 bits.
      scales[i] = Math.max(scales[i], 1e-6f);
    }
    return scales;
  }

  private float[] bias(NodeProto node) {
    return node.getInputCount() > 2 ? Constants.floats(constant(node, 2)) : new float[0];
  }

  private String bias(GraphProto.Builder result, NodeProto node, Range.Step step) {
    float[] scales = scales(node);
    float[] values = bias(node);
    int[] stored = new int[scales.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] *= step.scale();
      stored[i] = Math.round(values[i % values.length] / scales[i]);
    }
    String name = node.getOutput(0) + "/bias";
    result
        .addInitializer(Constants.ints(name + "/whole", stored))
        .addInitializer(Constants.floats(name + "/scale", scales))
        .addNode(
            node("DequantizeLinear", name, name + "/whole", name + "/scale")
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(0)));
    return name;
  }

  private static NodeProto.Builder node(String op, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output);
  }

  private static long number(NodeProto node, String name, long otherwise) {
    return node.getAttributeList().stream()
        .filter(a -> a.getName().equals(name))
        .mapToLong(AttributeProto::getI)
        .findFirst()
        .orElse(otherwise);
  }

  private static double real(NodeProto node, String name) {
    return node.getAttributeList().stream()
        .filter(a -> a.getName().equals(name))
        .mapToDouble(AttributeProto::getF)
        .findFirst()
        .orElse(1);
  }
}
