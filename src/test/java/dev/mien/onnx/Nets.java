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
}
