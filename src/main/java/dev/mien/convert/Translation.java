package dev.mien.convert;

import dev.mien.convert.GraphValues.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns TensorFlow operations into ONNX's, one after the other; what works on a picture whose
 * channels come first ({@link GraphValues}) has its axes renamed.
 */
final class Translation {
  private final GraphValues tensors;
  private final Reshaping axes;

  Translation(GraphValues tensors) {
    this.tensors = tensors;
    this.axes = new Reshaping(tensors);
  }

  void add(TfNode node) throws ConvertException {
    Value value = translate(node);
    if (value != null) {
      tensors.put(node.name(), value);
    }
  }

  private @Nullable Value translate(TfNode node) throws ConvertException {
    String op = node.op();
    if (Operations.UNARY.containsKey(op)) {
      Value x = tensors.value(node, 0);
      return GraphValues.like(
          x, tensors.emit(Operations.UNARY.get(op), node.name(), List.of(x.name()), Map.of()));
    }
    if (Operations.BINARY.containsKey(op)) {
      return binary(node, Operations.BINARY.get(op));
    }
    if (Operations.REDUCTION.containsKey(op)) {
      return axes.reduction(node, Operations.REDUCTION.get(op));
    }
    return switch (op) {
      case "Const" -> null;
      case "Placeholder" -> axes.placeholder(node);
      case "Identity" -> identity(node);
      case "Relu6" -> activation(node, "Relu6", tensors.value(node, 0), node.name());
      case "LeakyRelu" -> activation(node, "LeakyRelu", tensors.value(node, 0), node.name());
      case "Prelu" -> prelu(node, tensors.value(node, 0), 1);
      case "Conv2D", "_FusedConv2D" -> convolution(node, false);
      case "DepthwiseConv2dNative", "FusedDepthwiseConv2dNative" -> convolution(node, true);
      case "MatMul", "_FusedMatMul" -> product(node);
      case "MaxPool", "AvgPool" -> pool(node);
      case "FusedBatchNormV3" -> normalisation(node);
      case "Pad", "PadV2" -> axes.pad(node);
      case "Softmax" -> {
        Value x = tensors.last(tensors.value(node, 0));
        yield GraphValues.like(
            x, tensors.emit("Softmax", node.name(), List.of(x.name()), Map.of("axis", -1L)));
      }
      case "Reshape" -> axes.reshape(node);
      case "Squeeze" -> axes.squeeze(node);
      case "ExpandDims" -> axes.expand(node);
      case "ConcatV2" -> axes.concat(node);
      default -> throw new ConvertException("'%s': %s is not known".formatted(node.name(), op));
    };
  }

  private @Nullable Value identity(TfNode node) throws ConvertException {
    Weight weight = tensors.weight(node, 0);
    if (weight != null) {
      tensors.put(node.name(), weight);
      return null;
    }
    return tensors.value(node, 0);
  }

  private Value convolution(TfNode node, boolean depthwise) throws ConvertException {
    Axes.channelsLast(node);
    Value x = tensors.first(node, tensors.value(node, 0));
    Weight kernel = tensors.constant(node, 1);
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
    List<String> inputs = new ArrayList<>(List.of(x.name(), tensors.graph().floats(moved)));
    if (fused.contains("BiasAdd")) {
      inputs.add(tensors.graph().floats(tensors.constant(node, 2)));
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
    Value x = new Value(tensors.emit(op, name, inputs, attributes), rank, first);
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
      return GraphValues.like(
          x, tensors.emit(Operations.UNARY.get(activation), name, List.of(x.name()), Map.of()));
    }
    return switch (activation) {
      case "Relu6" -> {
        String low = tensors.graph().number(name + "/0", 0);
        String high = tensors.graph().number(name + "/6", 6);
        yield GraphValues.like(
            x, tensors.emit("Clip", name, List.of(x.name(), low, high), Map.of()));
      }
      case "LeakyRelu" -> {
        float alpha = node.number(node.op().equals("LeakyRelu") ? "alpha" : "leakyrelu_alpha", 0.2);
        yield GraphValues.like(
            x, tensors.emit("LeakyRelu", name, List.of(x.name()), Map.of("alpha", alpha)));
      }
      default ->
          throw new ConvertException(
              "'%s': the fused operation %s is not known".formatted(node.name(), activation));
    };
  }

  private Value prelu(TfNode node, Value x, int slope) throws ConvertException {
    String alpha = tensors.beside(x, tensors.constant(node, slope));
    return GraphValues.like(
        x, tensors.emit("PRelu", node.name(), List.of(x.name(), alpha), Map.of()));
  }

  private Value product(TfNode node) throws ConvertException {
    Value x = tensors.last(tensors.value(node, 0));
    if (x.rank() != 2 || node.flag("transpose_a")) {
      throw new ConvertException(
          "'%s': a product of %d axes, or with its first side transposed, is not known"
              .formatted(node.name(), x.rank()));
    }
    Weight kernel = tensors.constant(node, 1);
    List<String> fused = node.texts("fused_ops");
    List<String> inputs = new ArrayList<>(List.of(x.name(), tensors.graph().floats(kernel)));
    if (fused.contains("BiasAdd")) {
      inputs.add(tensors.graph().floats(tensors.constant(node, 2)));
    }
    Map<String, Object> attributes = node.flag("transpose_b") ? Map.of("transB", 1L) : Map.of();
    return fused(node, fused, "Gemm", inputs, attributes, 2, false);
  }

  private Value pool(TfNode node) throws ConvertException {
    Axes.channelsLast(node);
    Value x = tensors.first(node, tensors.value(node, 0));
    Map<String, Object> attributes = new HashMap<>();
    long[] size = node.longs("ksize");
    attributes.put("kernel_shape", new long[] {size[1], size[2]});
    Axes.window(node, attributes);
    String op = node.op().equals("MaxPool") ? "MaxPool" : "AveragePool";
    return GraphValues.like(x, tensors.emit(op, node.name(), List.of(x.name()), attributes));
  }

  private Value normalisation(TfNode node) throws ConvertException {
    Axes.channelsLast(node);
    Value x = tensors.first(node, tensors.value(node, 0));
    List<String> inputs = new ArrayList<>(List.of(x.name()));
    for (int i = 1; i <= 4; i++) {
      inputs.add(tensors.graph().floats(tensors.constant(node, i)));
    }
    float epsilon = node.number("epsilon", 1e-4);
    return GraphValues.like(
        x, tensors.emit("BatchNormalization", node.name(), inputs, Map.of("epsilon", epsilon)));
  }

  private Value binary(TfNode node, String op) throws ConvertException {
    Weight left = tensors.weight(node, 0);
    Weight right = tensors.weight(node, 1);
    if (left != null && right != null) {
      throw new ConvertException("'%s' works on constants only".formatted(node.name()));
    }
    if (right != null) {
      Value x = tensors.value(node, 0);
      return wider(
          x,
          right,
          tensors.emit(op, node.name(), List.of(x.name(), tensors.beside(x, right)), Map.of()));
    }
    if (left != null) {
      Value x = tensors.value(node, 1);
      return wider(
          x,
          left,
          tensors.emit(op, node.name(), List.of(tensors.beside(x, left), x.name()), Map.of()));
    }
    Value a = tensors.value(node, 0);
    Value b = tensors.value(node, 1);
    if (a.first() != b.first()) {
      a = tensors.last(a);
      b = tensors.last(b);
    }
    String name = tensors.emit(op, node.name(), List.of(a.name(), b.name()), Map.of());
    return new Value(name, Math.max(a.rank(), b.rank()), a.first());
  }

  private static Value wider(Value x, Weight weight, String name) {
    return new Value(name, Math.max(x.rank(), weight.rank()), x.first());
  }
}
