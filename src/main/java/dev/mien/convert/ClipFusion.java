package dev.mien.convert;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes Relu, Min and Max in a row as Clip: see {@link OnnxGraph#joinClips}. */
final class ClipFusion {
  private final Map<String, NodeProto> makers = new HashMap<>();
  private final Map<String, Integer> readers = new HashMap<>();
  private final Map<String, Float> numbers = new HashMap<>();

  private ClipFusion(GraphProto graph) {
    for (NodeProto node : graph.getNodeList()) {
      node.getOutputList().forEach(o -> makers.put(o, node));
      node.getInputList().forEach(i -> readers.merge(i, 1, Integer::sum));
    }
    graph.getOutputList().forEach(o -> readers.merge(o.getName(), 1, Integer::sum));
    graph.getInitializerList().stream()
        .filter(t -> t.getDimsCount() == 0)
        .filter(t -> t.getDataType() == TensorProto.DataType.FLOAT.getNumber())
        .forEach(t -> numbers.put(t.getName(), Constants.floats(t)[0]));
  }

  static GraphProto of(GraphProto graph) {
    ClipFusion fusion = new ClipFusion(graph);
    Map<String, NodeProto> changed = new HashMap<>();
    Set<String> gone = new HashSet<>();
    for (NodeProto max : graph.getNodeList()) {
      NodeProto min = max.getOpType().equals("Max") ? fusion.only("Min", max) : null;
      if (min == null || !fusion.number(max) || !fusion.number(min)) {
        continue;
      }
      NodeProto relu = fusion.bottom(max) >= 0 ? fusion.only("Relu", min) : null;
      gone.add(min.getOutput(0));
      if (relu != null) {
        gone.add(relu.getOutput(0));
      }
      changed.put(
          max.getOutput(0),
          NodeProto.newBuilder()
              .setOpType("Clip")
              .setName(max.getName())
              .addInput(relu == null ? min.getInput(0) : relu.getInput(0))
              .addInput(max.getInput(1))
              .addInput(min.getInput(1))
              .addOutput(max.getOutput(0))
              .build());
    }
    List<NodeProto> nodes = new ArrayList<>();
    for (NodeProto node : graph.getNodeList()) {
      if (!gone.contains(node.getOutput(0))) {
        nodes.add(changed.getOrDefault(node.getOutput(0), node));
      }
    }
    return graph.toBuilder().clearNode().addAllNode(nodes).build();
  }

  /** The node of that kind before this one, whose value nobody else reads. */
  private @Nullable NodeProto only(String kind, NodeProto node) {
    NodeProto before = makers.get(node.getInput(0));
    return before != null
            && before.getOpType().equals(kind)
            && readers.getOrDefault(before.getOutput(0), 0) == 1
        ? before
        : null;
  }

  private boolean number(NodeProto node) {
    return node.getInputCount() == 2 && numbers.containsKey(node.getInput(1));
  }

  private float bottom(NodeProto max) {
    return numbers.getOrDefault(max.getInput(1), Float.NEGATIVE_INFINITY);
  }
}
