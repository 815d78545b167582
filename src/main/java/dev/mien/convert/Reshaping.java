package dev.mien.convert;

import dev.mien.convert.GraphValues.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The operations that give a tensor other axes, or work along some of them. */
final class Reshaping {
  private final GraphValues tensors;

  Reshaping(GraphValues tensors) {
    this.tensors = tensors;
  }

  Value placeholder(TfNode node) throws ConvertException {
    var dims = node.attributes().path("shape").path("shape").path("dim");
    long[] shape = new long[dims.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = dims.get(i).path("size").asLong(-1);
    }
    if (shape.length != 4) {
      return new Value(tensors.graph().input(node.name(), shape), shape.length, false);
    }
    if (shape[1] < 1 || shape[2] < 1 || shape[3] < 1) {
      throw new ConvertException(
          "input '%s' is %s, expected a picture of one size"
              .formatted(node.name(), Arrays.toString(shape)));
    }
    return new Value(
        tensors.graph().input(node.name(), shape[0], shape[3], shape[1], shape[2]), 4, true);
  }

  Value reshape(TfNode node) throws ConvertException {
    Value x = tensors.last(tensors.value(node, 0));
    long[] shape = tensors.constant(node, 1).longs();
    String sizes = tensors.graph().longs(node.name() + "/shape", shape);
    return new Value(
        tensors.emit("Reshape", node.name(), List.of(x.name(), sizes), Map.of()),
        shape.length,
        false);
  }

  Value squeeze(TfNode node) throws ConvertException {
    Value x = tensors.value(node, 0);
    long[] axes = Axes.of(node.longs("squeeze_dims"), x.rank());
    if (axes.length == 0) {
      throw new ConvertException("'%s': Squeeze without axes is not known".formatted(node.name()));
    }
    if (x.first() && !Arrays.equals(axes, new long[] {1, 2})) {
      x = tensors.last(x);
    }
    String list = tensors.graph().longs(node.name() + "/axes", x.first() ? Axes.moved(axes) : axes);
    String name = tensors.emit("Squeeze", node.name(), List.of(x.name(), list), Map.of());
    return new Value(name, x.rank() - axes.length, false);
  }

  Value expand(TfNode node) throws ConvertException {
    Value x = tensors.last(tensors.value(node, 0));
    String axes = tensors.graph().longs(node.name() + "/axes", tensors.constant(node, 1).longs());
    return new Value(
        tensors.emit("Unsqueeze", node.name(), List.of(x.name(), axes), Map.of()),
        x.rank() + 1,
        false);
  }

  Value pad(TfNode node) throws ConvertException {
    Value x = tensors.value(node, 0);
    long[] pairs = tensors.constant(node, 1).longs();
    long[] pads = new long[2 * x.rank()];
    for (int axis = 0; axis < x.rank(); axis++) {
      int to = x.first() ? Axes.MOVED[axis] : axis;
      pads[to] = pairs[2 * axis];
      pads[x.rank() + to] = pairs[2 * axis + 1];
    }
    List<String> inputs =
        new ArrayList<>(List.of(x.name(), tensors.graph().longs(node.name() + "/pads", pads)));
    if (node.op().equals("PadV2")) {
      inputs.add(
          tensors.graph().number(node.name() + "/value", tensors.constant(node, 2).values()[0]));
    }
    return GraphValues.like(x, tensors.emit("Pad", node.name(), inputs, Map.of()));
  }

  Value reduction(TfNode node, String op) throws ConvertException {
    Value x = tensors.value(node, 0);
    boolean keep = node.flag("keep_dims");
    long[] axes = Axes.of(tensors.constant(node, 1).longs(), x.rank());
    if (x.first() && !keep && !Arrays.equals(axes, new long[] {1, 2})) {
      x = tensors.last(x);
    }
    boolean first = x.first();
    long[] moved = first ? Axes.moved(axes) : axes;
    String name =
        tensors.emit(
            op, node.name(), List.of(x.name()), Map.of("axes", moved, "keepdims", keep ? 1L : 0L));
    return new Value(name, keep ? x.rank() : x.rank() - axes.length, first && keep);
  }

  Value concat(TfNode node) throws ConvertException {
    int count = node.inputs().size() - 1;
    List<Value> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(tensors.value(node, i));
    }
    boolean first = parts.stream().allMatch(Value::first);
    List<String> names = new ArrayList<>();
    for (Value part : parts) {
      names.add(first ? part.name() : tensors.last(part).name());
    }
    int rank = parts.get(0).rank();
    long axis = Axes.of(tensors.constant(node, count).longs(), rank)[0];
    long to = first ? Axes.MOVED[(int) axis] : axis;
    return new Value(tensors.emit("Concat", node.name(), names, Map.of("axis", to)), rank, first);
  }
}
