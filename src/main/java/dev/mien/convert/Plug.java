package dev.mien.convert;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Gives a network the plugs that Mien has: one input of floats, one output of floats with a row of
 * numbers for each picture. What it computes stays as it is.
 */
public final class Plug {
  private static final Set<DataType> FLOATS =
      Set.of(DataType.FLOAT, DataType.FLOAT16, DataType.DOUBLE, DataType.BFLOAT16);
  private static final Set<DataType> WHOLE =
      Set.of(DataType.UINT8, DataType.INT32, DataType.INT64, DataType.UINT16, DataType.INT16);

  /** What hands its first input on, in other words at most. */
  private static final Set<String> PASSING =
      Set.of(
          "Identity",
          "Reshape",
          "Flatten",
          "Squeeze",
          "Unsqueeze",
          "Cast",
          "Transpose",
          "QuantizeLinear",
          "DequantizeLinear",
          "Dropout");

  private final Path file;
  private final ModelProto.Builder model;
  private final GraphProto.Builder graph;
  private final Set<String> names = new HashSet<>();
  private boolean bytes;

  private Plug(Path file, byte[] onnx) throws ConvertException {
    this.file = file;
    this.model = Protos.parse(file, onnx).toBuilder();
    this.graph = model.getGraphBuilder();
    graph.getInputList().forEach(v -> names.add(v.getName()));
    graph.getInitializerList().forEach(t -> names.add(t.getName()));
    graph.getNodeList().forEach(n -> names.addAll(n.getOutputList()));
  }

  /**
   * A network with one input and one output.
   *
   * @param bytes whether its input was of whole numbers, so that pixels are 0..255
   */
  @SuppressWarnings("ArrayRecordComponent") // A file, never compared.
  public record Plugged(byte[] onnx, boolean bytes) {}

  /**
   * Input and output as floats.
   *
   * @param file for messages
   * @param wanted the name of the output, where there are several; empty takes the only one that
   *     can be labels
   * @param labels how many there are; 0 where nobody knows
   * @throws ConvertException if there is none, or more than one; all of them are named
   */
  public static Plugged of(Path file, byte[] onnx, String wanted, int labels)
      throws ConvertException {
    Plug plug = new Plug(file, onnx);
    plug.output(wanted, labels);
    plug.input();
    return new Plugged(plug.model.build().toByteArray(), plug.bytes);
  }

  /** The operation that made the output's numbers, through what only hands them on; or "". */
  public static String last(Path file, byte[] onnx) throws ConvertException {
    GraphProto graph = Protos.parse(file, onnx).getGraph();
    Map<String, NodeProto> makers =
        graph.getNodeList().stream()
            .flatMap(n -> n.getOutputList().stream().map(o -> Map.entry(o, n)))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a));
    return last(graph.getOutput(0).getName(), makers, 0);
  }

  private static String last(String value, Map<String, NodeProto> makers, int depth) {
    String at = value;
    for (int i = 0; i < makers.size() + 1; i++) {
      NodeProto maker = makers.get(at);
      if (maker == null) {
        return "";
      }
      if (maker.getOpType().equals("Concat") && depth < 8) {
        Set<String> all =
            maker.getInputList().stream()
                .map(input -> last(input, makers, depth + 1))
                .collect(Collectors.toSet());
        return all.size() == 1 ? all.iterator().next() : "";
      }
      if (!PASSING.contains(maker.getOpType()) || maker.getInputCount() == 0) {
        return maker.getOpType();
      }
      at = maker.getInput(0);
    }
    return "";
  }

  /** A row for each picture where there were more axes, as in {@code [N, labels, 1, 1]}. */
  public static byte[] rows(Path file, byte[] onnx) throws ConvertException {
    Plug plug = new Plug(file, onnx);
    plug.ends(plug.node("Flatten", List.of(plug.taken()), integer("axis", 1)), DataType.FLOAT);
    return plug.model.build().toByteArray();
  }

  /**
   * Two numbers for each picture of one.
   *
   * @param probability whether the one is the probability of the second label; otherwise it is what
   *     a sigmoid takes, and the two are what a softmax takes
   */
  public static byte[] pair(Path file, byte[] onnx, boolean probability) throws ConvertException {
    Plug plug = new Plug(file, onnx);
    String shape = plug.constant(DataType.INT64, -1, 1);
    String second = plug.node("Reshape", List.of(plug.taken(), shape));
    String from = probability ? plug.constant(DataType.FLOAT, 1) : second;
    String first = plug.node("Sub", List.of(from, second));
    plug.ends(plug.node("Concat", List.of(first, second), integer("axis", 1)), DataType.FLOAT);
    return plug.model.build().toByteArray();
  }

  private void output(String wanted, int labels) throws ConvertException {
    List<ValueInfoProto> all = graph.getOutputList();
    List<ValueInfoProto> fitting =
        all.stream()
            .filter(o -> FLOATS.contains(type(o)))
            .filter(o -> wanted.isEmpty() || o.getName().equals(wanted))
            .toList();
    if (fitting.size() > 1) {
      fitting = fitting.stream().filter(o -> labels > 0 && width(o) == labels).toList();
    }
    if (fitting.size() != 1) {
      throw new ConvertException(
          "%s has %d outputs%s: %s; name the one with the labels' numbers by --output"
              .formatted(
                  file,
                  all.size(),
                  wanted.isEmpty() ? "" : ", none of floats called '" + wanted + "'",
                  all.stream().map(Plug::describe).collect(Collectors.joining(", "))));
    }
    ValueInfoProto chosen = fitting.get(0);
    graph.clearOutput().addOutput(chosen);
    if (type(chosen) != DataType.FLOAT) {
      ends(cast(taken(), DataType.FLOAT), DataType.FLOAT);
    }
  }

  private void input() throws ConvertException {
    Set<String> weights =
        graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
    List<ValueInfoProto> inputs =
        graph.getInputList().stream().filter(v -> !weights.contains(v.getName())).toList();
    if (inputs.size() != 1) {
      throw new ConvertException(
          "%s has %d inputs: %s; a network that is asked about a picture has one"
              .formatted(
                  file,
                  inputs.size(),
                  inputs.stream().map(Plug::describe).collect(Collectors.joining(", "))));
    }
    ValueInfoProto old = inputs.get(0);
    DataType type = type(old);
    if (type == DataType.FLOAT) {
      return;
    }
    if (!FLOATS.contains(type) && !WHOLE.contains(type)) {
      throw new ConvertException(
          "%s: its input is %s, expected numbers of a picture".formatted(file, describe(old)));
    }
    bytes = WHOLE.contains(type);
    int place = graph.getInputList().indexOf(old);
    ValueInfoProto.Builder fresh = old.toBuilder().setName(fresh(old.getName() + "_float"));
    fresh.getTypeBuilder().getTensorTypeBuilder().setElemType(DataType.FLOAT.getNumber());
    graph.setInput(place, fresh);
    String at = fresh.getName();
    int before = graph.getNodeCount();
    if (bytes) {
      // A picture that was brought to another size has numbers in between.
      at = node("Floor", List.of(node("Add", List.of(at, constant(DataType.FLOAT, 0.5)))));
    }
    NodeProto last =
        NodeProto.newBuilder()
            .setOpType("Cast")
            .addInput(at)
            .addOutput(old.getName())
            .addAttribute(integer("to", type.getNumber()))
            .build();
    graph.addNode(last);
    // Nodes stand in the order in which they run.
    List<NodeProto> nodes = List.copyOf(graph.getNodeList());
    graph.clearNode().addAllNode(nodes.subList(before, nodes.size()));
    graph.addAllNode(nodes.subList(0, before));
  }

  private String taken() {
    return graph.getOutput(0).getName();
  }

  private void ends(String value, DataType type) {
    graph.clearOutput();
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName(value)
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber()))));
  }

  private String cast(String value, DataType type) {
    return node("Cast", List.of(value), integer("to", type.getNumber()));
  }

  private String fresh(String wish) {
    String name = wish;
    for (int i = 1; !names.add(name); i++) {
      name = wish + "_" + i;
    }
    return name;
  }

  private String node(String op, List<String> inputs, AttributeProto... attributes) {
    String name = fresh("mien_" + op.toLowerCase(java.util.Locale.ROOT));
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(op)
            .setName(name)
            .addAllInput(inputs)
            .addOutput(name)
            .addAllAttribute(List.of(attributes)));
    return name;
  }

  private String constant(DataType type, double... values) {
    String name = fresh("mien_constant");
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
    tensor.addDims(values.length);
    for (double value : values) {
      if (type == DataType.INT64) {
        tensor.addInt64Data((long) value);
      } else {
        tensor.addFloatData((float) value);
      }
    }
    graph.addInitializer(tensor);
    return name;
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static DataType type(ValueInfoProto value) {
    DataType type = DataType.forNumber(value.getType().getTensorType().getElemType());
    return value.getType().hasTensorType() && type != null ? type : DataType.UNDEFINED;
  }

  /** Numbers for each picture, or -1. */
  private static long width(ValueInfoProto value) {
    return value.getType().getTensorType().getShape().getDimList().stream()
        .skip(1)
        .mapToLong(d -> d.hasDimValue() ? d.getDimValue() : -1)
        .reduce(1, (a, b) -> a < 0 || b < 0 ? -1 : a * b);
  }

  private static String describe(ValueInfoProto value) {
    Function<ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension, String> size =
        d -> d.hasDimValue() ? String.valueOf(d.getDimValue()) : "any";
    return "'%s' (%s)"
        .formatted(
            value.getName(),
            value.getType().hasTensorType()
                ? type(value).name().toLowerCase(java.util.Locale.ROOT)
                    + value.getType().getTensorType().getShape().getDimList().stream()
                        .map(size)
                        .collect(Collectors.joining(", ", " [", "]"))
                : "no tensor");
  }
}
