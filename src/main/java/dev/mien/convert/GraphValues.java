package dev.mien.convert;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The constants and the computed tensors of a network that is being translated. TensorFlow has the
 * channels last, ONNX Runtime is quickest with the channels first: a picture is kept channels first
 * from the input on, and is turned round only where an operation must see TensorFlow's order.
 */
final class GraphValues {
  private final OnnxGraph graph;
  private final Map<String, Weight> weights;
  private final Map<String, Value> values = new HashMap<>();

  /**
   * A computed tensor.
   *
   * @param first whether the channels come first; only with four axes
   */
  record Value(String name, int rank, boolean first) {}

  GraphValues(OnnxGraph graph, Map<String, Weight> weights) {
    this.graph = graph;
    this.weights = new HashMap<>(weights);
  }

  OnnxGraph graph() {
    return graph;
  }

  void put(String node, Value value) {
    values.put(node, value);
  }

  void put(String node, Weight weight) {
    weights.put(node, weight);
  }

  @Nullable Weight weight(TfNode node, int index) throws ConvertException {
    return weights.get(input(node, index));
  }

  void output(String node) throws ConvertException {
    Value value = values.get(node);
    if (value == null) {
      throw new ConvertException("output '%s' is a constant".formatted(node));
    }
    graph.output(node, last(value).name());
  }

  /** A constant that is broadcast over a value: turned as the value is. */
  String beside(Value x, Weight weight) {
    if (!x.first() || weight.values().length == 1) {
      return graph.floats(weight);
    }
    int[] four = {1, 1, 1, 1};
    System.arraycopy(weight.shape(), 0, four, 4 - weight.rank(), weight.rank());
    return graph.floats(weight.reshaped(four).transposed(Axes.TO_FIRST));
  }

  String emit(String op, String name, List<String> inputs, Map<String, Object> attributes) {
    return graph.node(op, name, inputs, attributes);
  }

  static Value like(Value x, String name) {
    return new Value(name, x.rank(), x.first());
  }

  Value last(Value x) {
    return x.first() ? new Value(turned(x, Axes.TO_LAST), 4, false) : x;
  }

  Value first(TfNode node, Value x) throws ConvertException {
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

  Value value(TfNode node, int index) throws ConvertException {
    Value value = values.get(input(node, index));
    if (value == null) {
      throw new ConvertException(
          "'%s': %s of the constant '%s' is not known"
              .formatted(node.name(), node.op(), input(node, index)));
    }
    return value;
  }

  Weight constant(TfNode node, int index) throws ConvertException {
    Weight weight = weights.get(input(node, index));
    if (weight == null) {
      throw new ConvertException(
          "'%s': %s needs a constant, but '%s' is computed or has no weight"
              .formatted(node.name(), node.op(), input(node, index)));
    }
    return weight;
  }
}
