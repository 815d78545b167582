package dev.mien.convert;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Networks with smaller numbers: half the bits for less to store, a quarter for speed. */
public final class Quantized {
  /** Smaller constants gain nothing. */
  private static final int WORTH = 64;

  private static final float LARGEST_HALF = 65504;

  /** Scales for each channel came with it. */
  private static final long OLDEST = 13;

  private Quantized() {}

  /**
   * Weights in 16 bits, which are made 32 again when the network is opened: half the size, the same
   * speed, answers that differ in the third or fourth digit.
   *
   * @throws ConvertException if it is not ONNX
   */
  public static byte[] fp16(byte[] onnx) throws ConvertException {
    ModelProto.Builder model = parse(onnx).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    List<NodeProto> casts = new ArrayList<>();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto tensor = graph.getInitializer(i);
      if (tensor.getDataType() != TensorProto.DataType.FLOAT.getNumber()) {
        continue;
      }
      float[] values = Constants.floats(tensor);
      if (values.length < WORTH || !fitsHalf(values)) {
        continue;
      }
      ByteBuffer halves =
          ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (float value : values) {
        halves.putShort(Half.of(value));
      }
      String name = tensor.getName();
      graph.setInitializer(
          i,
          TensorProto.newBuilder()
              .setName(name + "/half")
              .setDataType(TensorProto.DataType.FLOAT16.getNumber())
              .addAllDims(tensor.getDimsList())
              .setRawData(ByteString.copyFrom(halves.flip())));
      casts.add(
          NodeProto.newBuilder()
              .setOpType("Cast")
              .setName(name + "/cast")
              .addInput(name + "/half")
              .addOutput(name)
              .addAttribute(
                  AttributeProto.newBuilder()
                      .setName("to")
                      .setType(AttributeProto.AttributeType.INT)
                      .setI(TensorProto.DataType.FLOAT.getNumber()))
              .build());
    }
    List<NodeProto> nodes = new ArrayList<>(casts);
    nodes.addAll(graph.getNodeList());
    graph.clearNode().addAllNode(nodes);
    return model.build().toByteArray();
  }

  private static boolean fitsHalf(float[] values) {
    for (float value : values) {
      if (!(Math.abs(value) <= LARGEST_HALF)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Weights and what flows between them in 8 bits, in the form (QDQ) of which ONNX Runtime makes
   * integer arithmetic: a quarter of the size and, on a CPU, faster. Weights have a scale for each
   * channel; the ranges of what flows are those that these inputs lead to, so they should be like
   * what the network will see: some dozens to some hundreds of crops.
   *
   * @param inputs one item each, as the network's tensor has it; gone through twice
   * @throws ConvertException if it is not ONNX of operator set 13 or newer, or there are no inputs
   * @throws IOException if the network cannot be run
   */
  public static byte[] int8(byte[] onnx, Iterable<float[]> inputs) throws IOException {
    parse(onnx);
    ModelProto model = parse(Network.simplified("the network", onnx));
    long opset =
        model.getOpsetImportList().stream()
            .filter(o -> o.getDomain().isEmpty())
            .mapToLong(o -> o.getVersion())
            .findFirst()
            .orElse(0);
    if (opset < OLDEST) {
      throw new ConvertException(
          "the network has operator set %d, expected %d or newer".formatted(opset, OLDEST));
    }
    QdqQuantizer graph = new QdqQuantizer(model.getGraph());
    Map<String, Range> ranges = ranges(model, graph.flowing(), inputs);
    Map<String, Range.Step> steps = new LinkedHashMap<>();
    ranges.forEach((tensor, range) -> steps.put(tensor, range.step()));
    return model.toBuilder()
        .setGraph(graph.quantized(steps))
        .addMetadataProps(
            StringStringEntryProto.newBuilder().setKey(Network.WEIGHT_BITS).setValue("7"))
        .build()
        .toByteArray();
  }

  private static Map<String, Range> ranges(
      ModelProto model, Iterable<String> tensors, Iterable<float[]> inputs) throws IOException {
    Map<String, Range> ranges = new LinkedHashMap<>();
    String input = "";
    for (ValueInfoProto value : model.getGraph().getInputList()) {
      input = value.getName();
    }
    ModelProto.Builder watched = model.toBuilder();
    for (String tensor : tensors) {
      ranges.put(tensor, new Range());
      if (!tensor.equals(input)) {
        watched.getGraphBuilder().addOutput(floats(tensor));
      }
    }
    try (Network network = Network.open("the network", watched.build().toByteArray(), Device.CPU)) {
      long[] shape = network.input().shape().stream().mapToLong(n -> n).toArray();
      shape[0] = Math.max(1, shape[0]);
      int copies = (int) shape[0];
      boolean any = false;
      for (boolean counting : new boolean[] {false, true}) {
        for (float[] values : inputs) {
          any = true;
          FloatBuffer tensor =
              ByteBuffer.allocateDirect(copies * values.length * Float.BYTES)
                  .order(ByteOrder.nativeOrder())
                  .asFloatBuffer();
          for (int i = 0; i < copies; i++) {
            tensor.put(values);
          }
          for (Network.Output output : network.run(tensor, shape)) {
            see(ranges.get(output.name()), output.values(), counting);
          }
          see(ranges.get(input), values, counting);
        }
      }
      if (!any) {
        throw new ConvertException("there are no inputs to measure the ranges with");
      }
    }
    return ranges;
  }

  private static void see(@Nullable Range range, float[] values, boolean counting) {
    if (range == null) {
      return; // The network's own output.
    }
    if (counting) {
      range.count(values);
    } else {
      range.widen(values);
    }
  }

  private static ValueInfoProto floats(String name) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT.getNumber())))
        .build();
  }

  private static ModelProto parse(byte[] onnx) throws ConvertException {
    try {
      ModelProto model = ModelProto.parseFrom(onnx);
      if (model.hasGraph()) {
        return model;
      }
    } catch (InvalidProtocolBufferException e) {
      throw new ConvertException("the network is not ONNX: " + e.getMessage(), e);
    }
    throw new ConvertException("the network is not ONNX: it has no graph");
  }
}
