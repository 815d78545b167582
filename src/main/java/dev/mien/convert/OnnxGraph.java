package dev.mien.convert;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes an ONNX graph, operator set 17, node by node in the order in which they run. */
public final class OnnxGraph {
  private static final int OPSET = 17;
  private static final int IR_VERSION = 8;

  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Set<String> names = new HashSet<>();

  public OnnxGraph(String name) {
    graph.setName(name);
  }

  /**
   * Goes on from a graph that is there already.
   *
   * @throws IllegalArgumentException if it is no ONNX of an operator set that can be gone on with
   */
  public static OnnxGraph parse(byte[] onnx) {
    ModelProto model;
    try {
      model = ModelProto.parseFrom(onnx);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not an ONNX file", e);
    }
    long opset =
        model.getOpsetImportList().stream()
            .filter(o -> o.getDomain().isEmpty())
            .mapToLong(OperatorSetIdProto::getVersion)
            .findFirst()
            .orElse(0);
    if (opset != OPSET) {
      throw new IllegalArgumentException("operator set " + opset + " found, expected " + OPSET);
    }
    OnnxGraph graph = new OnnxGraph(model.getGraph().getName());
    graph.graph.mergeFrom(model.getGraph().toBuilder().clearName().build());
    model.getGraph().getInputList().forEach(v -> graph.names.add(v.getName()));
    model.getGraph().getInitializerList().forEach(t -> graph.names.add(t.getName()));
    model.getGraph().getNodeList().forEach(n -> graph.names.addAll(n.getOutputList()));
    return graph;
  }

  /** Makes its one output a value like any other; its name. */
  public String takeOutput() {
    String name = graph.getOutput(0).getName();
    graph.clearOutput();
    return name;
  }

  /** Gives its one input this shape; its first number, the batch, stays free. */
  public void resizeInput(long... shape) {
    TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
    sizes.addDimBuilder().setDimParam("N");
    for (int i = 1; i < shape.length; i++) {
      sizes.addDimBuilder().setDimValue(shape[i]);
    }
    graph.setInput(0, value(graph.getInput(0).getName(), sizes));
    graph.clearValueInfo();
  }

  /**
   * Makes that value the one output, and forgets all that does not lead to it.
   *
   * @return whether there is a node with that output
   */
  public boolean endAt(String value) {
    Set<String> needed = new HashSet<>(Set.of(value));
    List<NodeProto> kept = new ArrayList<>();
    boolean found = false;
    for (int i = graph.getNodeCount() - 1; i >= 0; i--) {
      NodeProto node = graph.getNode(i);
      if (node.getOutputList().stream().anyMatch(needed::contains)) {
        found |= node.getOutputList().contains(value);
        needed.addAll(node.getInputList());
        kept.add(node);
      }
    }
    if (!found) {
      return false;
    }
    Collections.reverse(kept);
    List<TensorProto> constants =
        graph.getInitializerList().stream().filter(t -> needed.contains(t.getName())).toList();
    graph.clearNode().addAllNode(kept).clearInitializer().addAllInitializer(constants);
    graph.clearOutput().clearValueInfo();
    output(value, value);
    return true;
  }

  /**
   * Writes each Relu, Min and Max of numbers in a row, as TensorFlow.js has a clipped activation,
   * as one Clip, which runtimes join with the convolution before it: the same numbers in less time.
   */
  public void joinClips() {
    GraphProto joined = ClipFusion.of(graph.build());
    graph.clear().mergeFrom(joined);
  }

  /** A name that nothing has yet, like the one that was wished for. */
  private String fresh(String wish) {
    String name = wish;
    for (int i = 1; !names.add(name); i++) {
      name = wish + "_" + i;
    }
    return name;
  }

  /** An input of floats; a size below 1 is free and called N. */
  public String input(String wish, long... shape) {
    String name = fresh(wish);
    TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
    for (long size : shape) {
      if (size < 1) {
        sizes.addDimBuilder().setDimParam("N");
      } else {
        sizes.addDimBuilder().setDimValue(size);
      }
    }
    graph.addInput(value(name, sizes));
    return name;
  }

  /** Makes a value an output, under this name. */
  public void output(String wish, String value) {
    // The value may have that name already: an output is then called after its last node.
    String name = wish.equals(value) ? value : node("Identity", wish, List.of(value), Map.of());
    TypeProto.Tensor.Builder floats =
        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber());
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(TypeProto.newBuilder().setTensorType(floats)));
  }

  private static ValueInfoProto value(String name, TensorShapeProto.Builder shape) {
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** A constant of floats. */
  public String floats(Weight weight) {
    ByteBuffer bytes =
        ByteBuffer.allocate(weight.values().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(weight.values());
    return constant(
        weight.name(),
        TensorProto.DataType.FLOAT,
        Arrays.stream(weight.shape()).asLongStream().toArray(),
        bytes);
  }

  /** A constant list of whole numbers: a shape, axes, paddings. */
  public String longs(String wish, long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return constant(wish, TensorProto.DataType.INT64, new long[] {values.length}, bytes);
  }

  /** A constant number. */
  public String number(String wish, float value) {
    return floats(new Weight(wish, new int[0], new float[] {value}, false));
  }

  private String constant(String wish, TensorProto.DataType type, long[] shape, ByteBuffer bytes) {
    String name = fresh(wish);
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    for (long size : shape) {
      tensor.addDims(size);
    }
    graph.addInitializer(tensor);
    return name;
  }

  /**
   * A node with one output.
   *
   * @param attributes Long, long[], Float or String
   * @return the output's name, as wished where that is free
   */
  public String node(String op, String wish, List<String> inputs, Map<String, Object> attributes) {
    String name = fresh(wish);
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(op).setName(name).addAllInput(inputs).addOutput(name);
    new TreeMap<>(attributes).forEach((key, value) -> node.addAttribute(attribute(key, value)));
    graph.addNode(node);
    return name;
  }

  private static AttributeProto attribute(String key, Object value) {
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(key);
    if (value instanceof Long number) {
      attribute.setType(AttributeProto.AttributeType.INT).setI(number);
    } else if (value instanceof long[] numbers) {
      attribute.setType(AttributeProto.AttributeType.INTS);
      Arrays.stream(numbers).forEach(attribute::addInts);
    } else if (value instanceof Float number) {
      attribute.setType(AttributeProto.AttributeType.FLOAT).setF(number);
    } else {
      attribute
          .setType(AttributeProto.AttributeType.STRING)
          .setS(ByteString.copyFromUtf8(value.toString()));
    }
    return attribute.build();
  }

  public byte[] bytes() {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("mien")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(graph)
        .build()
        .toByteArray();
  }
}
