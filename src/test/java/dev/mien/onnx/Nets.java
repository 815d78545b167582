package dev.mien.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Random;

/** Networks so small that a test can say what they answer. */
public final class Nets {
  private Nets() {}

  /**
   * Answers with the mean of each channel, {@code [batch, channels]}.
   *
   * @param batch the size that it is fixed to, or 0 for a free one
   * @param softmax whether the answer goes through one
   */
  public static byte[] means(int batch, int channels, int side, boolean softmax) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    if (batch == 0) {
      shape.addDimBuilder().setDimParam("N");
    } else {
      shape.addDimBuilder().setDimValue(batch);
    }
    for (int size : new int[] {channels, side, side}) {
      shape.addDimBuilder().setDimValue(size);
    }
    TypeProto.Tensor.Builder floats =
        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber());
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("means")
            .addInput(
                ValueInfoProto.newBuilder()
                    .setName("picture")
                    .setType(TypeProto.newBuilder().setTensorType(floats.clone().setShape(shape))))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("ReduceMean")
                    .addInput("picture")
                    .addOutput("means")
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("axes")
                            .setType(AttributeProto.AttributeType.INTS)
                            .addInts(2)
                            .addInts(3))
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("keepdims")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(0)))
            .addOutput(
                ValueInfoProto.newBuilder()
                    .setName(softmax ? "shares" : "means")
                    .setType(TypeProto.newBuilder().setTensorType(floats)));
    if (softmax) {
      graph.addNode(
          NodeProto.newBuilder().setOpType("Softmax").addInput("means").addOutput("shares"));
    }
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  /**
   * A network of random weights that looks at colours, edges and places: a convolution, a squashing
   * function, a mean over every quarter, a product. It gives logits.
   *
   * @param nhwc whether it takes channels last, and then a picture of any size
   */
  public static byte[] opinions(int channels, int side, int labels, boolean nhwc) {
    Random random = new Random(channels * 31L + labels);
    String picture = nhwc ? "turned" : "picture";
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("opinions")
            .addInput(
                nhwc ? floats("picture", 0, 0, 0, 0) : floats("picture", 0, channels, side, side))
            .addInitializer(weights("kernel", random, 1.5, 6, channels, 5, 5))
            .addInitializer(weights("product", random, 1, 24, labels));
    if (nhwc) {
      graph.addNode(node("Transpose", "turned", "picture").addAttribute(ints("perm", 0, 3, 1, 2)));
    }
    long half = side / 2;
    graph
        .addNode(node("Conv", "seen", picture, "kernel").addAttribute(ints("pads", 2, 2, 2, 2)))
        .addNode(node("Tanh", "felt", "seen"))
        .addNode(
            node("AveragePool", "quarters", "felt")
                .addAttribute(ints("kernel_shape", half, half))
                .addAttribute(ints("strides", half, half)))
        .addNode(node("Flatten", "flat", "quarters"))
        .addNode(node("MatMul", "logits", "flat", "product"))
        .addOutput(floats("logits", 0, labels));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static ValueInfoProto floats(String name, int... shape) {
    TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
    for (int size : shape) {
      if (size == 0) {
        sizes.addDimBuilder();
      } else {
        sizes.addDimBuilder().setDimValue(size);
      }
    }
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(sizes);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static TensorProto weights(String name, Random random, double size, int... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber());
    int count = 1;
    for (int length : shape) {
      tensor.addDims(length);
      count *= length;
    }
    double spread = size / Math.sqrt((double) count / shape[0]);
    for (int i = 0; i < count; i++) {
      tensor.addFloatData((float) (random.nextGaussian() * spread));
    }
    return tensor.build();
  }

  private static NodeProto.Builder node(String op, String output, String... inputs) {
    return NodeProto.newBuilder().setOpType(op).addAllInput(List.of(inputs)).addOutput(output);
  }

  private static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }
}
