package dev.mien.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns TensorFlow operations into ONNX's, one after the other. TensorFlow has the channels last,
 * ONNX Runtime is quickest with the channels first: a picture is kept channels first from the input
 * on, the axes of what works on it are renamed, and it is turned round only where an operation must
 * see TensorFlow's order.
 */
final class Translation {
  private final OnnxGraph graph;
  private final Map<String, Weight> weights;
  private final Map<String, Value> values = new HashMap<>();

  /**
   * A computed tensor.
   *
   * @param first whether the channels come first; only with four axes
   */
  private record Value(String name, int rank, boolean first) {}

  Translation(OnnxGraph graph, Map<String, Weight> weights) {
    this.graph = graph;
    this.weights = weights;
  }

  void output(String node) throws ConvertException {
    Value value = values.get(node);
    if (value == null) {
      throw new ConvertException("output '%s' is a constant".formatted(node));
    }
    graph.output(node, last(value).name());
  }

  void add(TfNode node) throws ConvertException {
    Value value = translate(node);
    if (value != null) {
      values.put(node.name(), value);
    }
  }

  private @Nullable Value translate(TfNode node) throws ConvertException {
    String op = node.op();
    if (Operations.UNARY.containsKey(op)) {
      Value x = value(node, 0);
      return like(x, emit(Operations.UNARY.get(op), node.name(), List.of(x.name()), Map.of()));
    }
    if (Operations.BINARY.containsKey(op)) {
      return binary(node, Operations.BINARY.get(op));
    }
    if (Operations.REDUCTION.containsKey(op)) {
      return reduction(node, Operations.REDUCTION.get(op));
    }
    return switch (op) {
      case "Const" -> null;
      case "Placeholder" -> placeholder(node);
      case "Identity" -> identity(node);
      case "Relu6" -> activation(node, "Relu6", value(node, 0), node.name());
      case "LeakyRelu" -> activation(node, "LeakyRelu", value(node, 0), node.name());
      case "Prelu" -> prelu(node, value(node, 0), 1);
      case "Conv2D", "_FusedConv2D" -> convolution(node, false);
      case "DepthwiseConv2dNative", "FusedDepthwiseConv2dNative" -> convolution(node, true);
      case "MatMul", "_FusedMatMul" -> product(node);
      case "MaxPool", "AvgPool" -> pool(node);
      case "FusedBatchNormV3" -> normalisation(node);
      case "Pad", "PadV2" -> pad(node);
      case "Softmax" -> {
        Value x = last(value(node, 0));
        yield like(x, emit("Softmax", node.name(), List.of(x.name()), Map.of("axis", -1L)));
      }
      case "Reshape" -> {
        Value x = last(value(node, 0));
        long[] shape = constant(node, 1).longs();
        String sizes = graph.longs(node.name() + "/shape", shape);
        yield new Value(
            emit("Reshape", node.name(), List.of(x.name(), sizes), Map.of()), shape.length, false);
      }
      case "Squeeze" -> squeeze(node);
      case "ExpandDims" -> {
        Value x = last(value(node, 0));
        String axes = graph.longs(node.name() + "/axes", constant(node, 1).longs());
        yield new Value(
            emit("Unsqueeze", node.name(), List.of(x.name(), axes), Map.of()), x.rank() + 1, false);
      }
      case "ConcatV2" -> concat(node);
      default -> throw new ConvertException("'%s': %s is not known".formatted(node.name(), op));
    };
  }

  private Value placeholder(TfNode node) throws ConvertException {
    var dims = node.attributes().path("shape").path("shape").path("dim");
    long[] shape = new long[dims.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = dims.get(i).path("size").asLong(-1);
    }
    if (shape.length != 4) {
      return new Value(graph.input(node.name(), shape), shape.length, false);
    }
    if (shape[1] < 1 || shape[2] < 1 || shape[3] < 1) {
      throw new ConvertException(
          "input '%s' is %s, expected a picture of one size"
              .formatted(node.name(), Arrays.toString(shape)));
    }
    return new Value(graph.input(node.name(), shape[0], shape[3], shape[1], shape[2]), 4, true);
  }

  private @Nullable Value identity(TfNode node) throws ConvertException {
    Weight weight = weights.get(input(node, 0));
    if (weight != null) {
      weights.put(node.name(), weight);
      return null;
    }
    return value(node, 0);
  }

  private Value convolution(TfNode node, boolean depthwise) throws ConvertException {
    Axes.channelsLast(node);
    Value x = first(node, value(node, 0));
    Weight kernel = constant(node, 1);
    int[] shape = kernel.shape();
    Map<String, Object> attributes = new HashMap<>();
    Weight moved;
    if (depthwise) {
      moved = kernel.transposed(2, 3, 0, 1).reshaped(shape[2] * shape[3], 1, shape[0], shape[1]);
      attributes.put("group", (long) shape[2]);
    } else {
      moved = kernel.transposed(3, 2, 0, 1);
    }
    attributes.put("kernel_shape", new long[] {shape[0], shape[1]});
    long[] dilations = node.longs("dilations");
    if (dilations.length == 4) {
      attributes.put("dilations", new long[] {dilations[1], dilations[2]});
    }
    Axes.window(node, attributes);
    List<String> fused = node.texts("fused_ops");
    List<String> inputs = new ArrayList<>(List.of(x.name(), graph.floats(moved)));
    if (fused.contains("BiasAdd")) {
      inputs.add(graph.floats(constant(node, 2)));
    }
    return fused(node, fused, "Conv", inputs, attributes, 4, true);
  }

  /** The operations that follow a product in the same node; a bias is an input already. */
  private Value fused(
      TfNode node,
      List<String> fused,
      String op,
      List<String> inputs,
      Map<String, Object> attributes,
      int rank,
      boolean first)
      throws ConvertException {
    List<String> after = fused.stream().filter(f -> !f.equals("BiasAdd")).toList();
    String name = after.isEmpty() ? node.name() : node.name() + "/" + op;
    Value x = new Value(emit(op, name, inputs, attributes), rank, first);
    for (String activation : after) {
      x =
          activation.equals("Prelu")
              ? prelu(node, x, node.inputs().size() - 1)
              : activation(node, activation, x, node.name());
    }
    return x;
  }

  private Value activation(TfNode node, String activation, Value x, String name)
      throws ConvertException {
    if (Operations.UNARY.containsKey(activation)) {
      return like(x, emit(Operations.UNARY.get(activation), name, List.of(x.name()), Map.of()));
    }
    return switch (activation) {
      case "Relu6" -> {
        String low = graph.number(name + "/0", 0);
        String high = graph.number(name + "/6", 6);
        yield like(x, emit("Clip", name, List.of(x.name(), low, high), Map.of()));
      }
      case "LeakyRelu" -> {
        float alpha = node.number(node.op().equals("LeakyRelu") ? "alpha" : "leakyrelu_alpha", 0.2);
        yield like(x, emit("LeakyRelu", name, List.of(x.name()), Map.of("alpha", alpha)));
      }
      default ->
          throw new ConvertException(
              "'%s': the fused operation %s is not known".formatted(node.name(), activation));
    };
  }

  private Value prelu(TfNode node, Value x, int slope) throws ConvertException {
    String alpha = beside(x, constant(node, slope));
    return like(x, emit("PRelu", node.name(), List.of(x.name(), alpha), Map.of()));
  }

  private Value product(TfNode node) throws ConvertException {
    Value x = last(value(node, 0));
    if (x.rank() != 2 || node.flag("transpose_a")) {
      throw new ConvertException(
          "'%s': a product of %d axes, or with its first side transposed, is not known"
              .formatted(node.name(), x.rank()));
    }
    Weight kernel = constant(node, 1);
    List<String> fused = node.texts("fused_ops");
    List<String> inputs = new ArrayList<>(List.of(x.name(), graph.floats(kernel)));
    if (fused.contains("BiasAdd")) {
      inputs.add(graph.floats(constant(node, 2)));
    }
    Map<String, Object> attributes = node.flag("transpose_b") ? Map.of("transB", 1L) : Map.of();
    return fused(node, fused, "Gemm", inputs, attributes, 2, false);
  }

  private Value pool(TfNode node) throws ConvertException {
    Axes.channelsLast(node);
    Value x = first(node, value(node, 0));
    Map<String, Object> attributes = new HashMap<>();
    long[] size = node.longs("ksize");
    attributes.put("kernel_shape", new long[] {size[1], size[2]});
    Axes.window(node, attributes);
    String op = node.op().equals("MaxPool") ? "MaxPool" : "AveragePool";
    return like(x, emit(op, node.name(), List.of(x.name()), attributes));
  }

  private Value normalisation(TfNode node) throws ConvertException {
    Axes.channelsLast(node);
    Value x = first(node, value(node, 0));
    List<String> inputs = new ArrayList<>(List.of(x.name()));
    for (int i = 1; i <= 4; i++) {
      inputs.add(graph.floats(constant(node, i)));
    }
    float epsilon = node.number("epsilon", 1e-4);
    return like(x, emit("BatchNormalization", node.name(), inputs, Map.of("epsilon", epsilon)));
  }

  private Value pad(TfNode node) throws ConvertException {
    Value x = value(node, 0);
    long[] pairs = constant(node, 1).longs();
    long[] pads = new long[2 * x.rank()];
    for (int axis = 0; axis < x.rank(); axis++) {
      int to = x.first() ? Axes.MOVED[axis] : axis;
      pads[to] = pairs[2 * axis];
      pads[x.rank() + to] = pairs[2 * axis + 1];
    }
    List<String> inputs =
        new ArrayList<>(List.of(x.name(), graph.longs(node.name() + "/pads", pads)));
    if (node.op().equals("PadV2")) {
      inputs.add(graph.number(node.name() + "/value", constant(node, 2).values()[0]));
    }
    return like(x, emit("Pad", node.name(), inputs, Map.of()));
  }

  private Value reduction(TfNode node, String op) throws ConvertException {
    Value x = value(node, 0);
    boolean keep = node.flag("keep_dims");
    long[] axes = Axes.of(constant(node, 1).longs(), x.rank());
    if (x.first() && !keep && !Arrays.equals(axes, new long[] {1, 2})) {
      x = last(x);
    }
    boolean first = x.first();
    long[] moved = first ? Axes.moved(axes) : axes;
    String name =
        emit(op, node.name(), List.of(x.name()), Map.of("axes", moved, "keepdims", keep ? 1L : 0L));
    return new Value(name, keep ? x.rank() : x.rank() - axes.length, first && keep);
  }

  private Value squeeze(TfNode node) throws ConvertException {
    Value x = value(node, 0);
    long[] axes = Axes.of(node.longs("squeeze_dims"), x.rank());
    if (axes.length == 0) {
      throw new ConvertException("'%s': Squeeze without axes is not known".formatted(node.name()));
    }
    if (x.first() && !Arrays.equals(axes, new long[] {1, 2})) {
      x = last(x);
    }
    String list = graph.longs(node.name() + "/axes", x.first() ? Axes.moved(axes) : axes);
    String name = emit("Squeeze", node.name(), List.of(x.name(), list), Map.of());
    return new Value(name, x.rank() - axes.length, false);
  }

  private Value concat(TfNode node) throws ConvertException {
    int count = node.inputs().size() - 1;
    List<Value> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(value(node, i));
    }
    boolean first = parts.stream().allMatch(Value::first);
    List<String> names = new ArrayList<>();
    for (Value part : parts) {
      names.add(first ? part.name() : last(part).name());
    }
    int rank = parts.get(0).rank();
    long axis = Axes.of(constant(node, count).longs(), rank)[0];
    long to = first ? Axes.MOVED[(int) axis] : axis;
    return new Value(emit("Concat", node.name(), names, Map.of("axis", to)), rank, first);
  }

  private Value binary(TfNode node, String op) throws ConvertException {
    Weight left = weights.get(input(node, 0));
    Weight right = weights.get(input(node, 1));
    if (left != null && right != null) {
      throw new ConvertException("'%s' works on constants only".formatted(node.name()));
    }
    if (right != null) {
      Value x = value(node, 0);
      return wider(x, right, emit(op, node.name(), List.of(x.name(), beside(x, right)), Map.of()));
    }
    if (left != null) {
      Value x = value(node, 1);
      return wider(x, left, emit(op, node.name(), List.of(beside(x, left), x.name()), Map.of()));
    }
    Value a = value(node, 0);
    Value b = value(node, 1);
    if (a.first() != b.first()) {
      a = last(a);
      b = last(b);
    }
    String name = emit(op, node.name(), List.of(a.name(), b.name()), Map.of());
    return new Value(name, Math.max(a.rank(), b.rank()), a.first());
  }

  private static Value wider(Value x, Weight weight, String name) {
    return new Value(name, Math.max(x.rank(), weight.rank()), x.first());
  }

  /** A constant that is broadcast over a value: turned as the value is. */
  private String beside(Value x, Weight weight) {
    if (!x.first() || weight.values().length == 1) {
      return graph.floats(weight);
    }
    int[] four = {1, 1, 1, 1};
    System.arraycopy(weight.shape(), 0, four, 4 - weight.rank(), weight.rank());
    return graph.floats(weight.reshaped(four).transposed(Axes.TO_FIRST));
  }

  private String emit(String op, String name, List<String> inputs, Map<String, Object> attributes) {
    return graph.node(op, name, inputs, attributes);
  }

  private static Value like(Value x, String name) {
    return new Value(name, x.rank(), x.first());
  }

  private Value last(Value x) {
    return x.first() ? new Value(turned(x, Axes.TO_LAST), 4, false) : x;
  }

  private Value first(TfNode node, Value x) throws ConvertException {
    if (x.rank() != 4) {
      throw new ConvertException(
          "'%s': %s of %d axes, expected 4".formatted(node.name(), node.op(), x.rank()));
    }
    return x.first() ? x : new Value(turned(x, Axes.TO_FIRST), 4, true);
  }

  private String turned(Value x, int[] order) {
    long[] perm = Arrays.stream(order).asLongStream().toArray();
    return emit("Transpose", x.name() + "/turned", List.of(x.name()), Map.of("perm", perm));
  }

  private static String input(TfNode node, int index) throws ConvertException {
    if (index >= node.inputs().size()) {
      throw new ConvertException(
          "'%s': %s has %d inputs, expected more"
              .formatted(node.name(), node.op(), node.inputs().size()));
    }
    return node.inputs().get(index);
  }

  private Value value(TfNode node, int index) throws ConvertException {
    Value value = values.get(input(node, index));
    if (value == null) {
      throw new ConvertException(
          "'%s': %s of the constant '%s' is not known"
              .formatted(node.name(), node.op(), input(node, index)));
    }
    return value;
  }

  private Weight constant(TfNode node, int index) throws ConvertException {
    Weight weight = weights.get(input(node, index));
    if (weight == null) {
      throw new ConvertException(
          "'%s': %s needs a constant, but '%s' is computed or has no weight"
              .formatted(node.name(), node.op(), input(node, index)));
    }
    return weight;
  }
}
