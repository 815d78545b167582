package dev.mien.convert;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The operations of TensorFlow that are known, and what the plain ones are called in ONNX. */
final class Operations {
  static final Map<String, String> UNARY =
      Map.of(
          "Relu", "Relu",
          "Sigmoid", "Sigmoid",
          "Tanh", "Tanh",
          "Elu", "Elu",
          "Exp", "Exp",
          "Sqrt", "Sqrt",
          "Abs", "Abs",
          "Neg", "Neg");
  static final Map<String, String> BINARY =
      Map.of(
          "Add", "Add",
          "AddV2", "Add",
          "BiasAdd", "Add",
          "Sub", "Sub",
          "Mul", "Mul",
          "RealDiv", "Div",
          "Maximum", "Max",
          "Minimum", "Min");
  static final Map<String, String> REDUCTION =
      Map.of("Mean", "ReduceMean", "Max", "ReduceMax", "Min", "ReduceMin");
  private static final Set<String> OTHERS =
      Set.of(
          "AvgPool",
          "ConcatV2",
          "Const",
          "Conv2D",
          "DepthwiseConv2dNative",
          "ExpandDims",
          "FusedBatchNormV3",
          "FusedDepthwiseConv2dNative",
          "Identity",
          "LeakyRelu",
          "MatMul",
          "MaxPool",
          "Pad",
          "PadV2",
          "Placeholder",
          "Prelu",
          "Relu6",
          "Reshape",
          "Softmax",
          "Squeeze",
          "_FusedConv2D",
          "_FusedMatMul");

  private Operations() {}

  static boolean knows(String op) {
    return UNARY.containsKey(op)
        || BINARY.containsKey(op)
        || REDUCTION.containsKey(op)
        || OTHERS.contains(op);
  }

  static Set<String> known() {
    Set<String> known = new TreeSet<>(OTHERS);
    known.addAll(UNARY.keySet());
    known.addAll(BINARY.keySet());
    known.addAll(REDUCTION.keySet());
    return known;
  }
}
