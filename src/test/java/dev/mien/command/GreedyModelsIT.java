package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mien.convert.OnnxGraph;
import dev.mien.model.Card;
import dev.mien.model.ModelFolder;
import dev.mien.onnx.Nets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Networks that ask for more memory or time than there is are refused where they are tried. */
@Timeout(400)
final class GreedyModelsIT {
  @TempDir private Path folder = Path.of("");

  private Program.Ended mien(String... arguments) throws IOException, InterruptedException {
    return new Program(folder)
        .in("XDG_CACHE_HOME", folder + "/cache")
        .with("-Dmien.trial.seconds=8")
        .run(arguments);
  }

  private void refusesToImport(byte[] onnx, String reason) throws Exception {
    Files.write(folder.resolve("net.onnx"), onnx);
    Files.writeString(folder.resolve("labels.txt"), "a\nb\nc\n");
    mien("models", "import", "net.onnx", "--out", "out").saysOnly(3, reason);
    try (var left = Files.list(folder)) {
      assertThat(left.map(f -> f.getFileName().toString()))
          .containsOnly("net.onnx", "labels.txt", "stderr", "cache");
    }
  }

  @Test
  void thatNeedMemory() throws Exception {
    refusesToImport(huge(), "'net.onnx' needs more than");
  }

  @Test
  void thatNeverEnd() throws Exception {
    refusesToImport(endless(), "'net.onnx' takes more than 8 s");
  }

  @Test
  void thatHaveTooManyNodes() throws Exception {
    refusesToImport(longChain(), "'net.onnx' takes more than");
  }

  /** A folder of somebody else's was never imported here. */
  @Test
  void thatCameAsAFolder() throws Exception {
    Card card =
        new Card(
            "colour",
            "",
            new Card.Input(
                Card.Layout.NCHW, 8, 8, Card.Color.RGB, 1, List.of(), List.of(), 0, Card.Fit.GROW),
            Card.Output.LOGITS,
            0,
            null,
            null,
            "unknown",
            "here",
            "",
            List.of(),
            Map.of());
    byte[] labels = "a\nb\nc\n".getBytes(StandardCharsets.UTF_8);
    ModelFolder.write(
        folder.resolve("huge"), card, Map.of("model.onnx", huge(), "labels.txt", labels));
    ModelFolder.write(
        folder.resolve("fine"),
        card,
        Map.of("model.onnx", Nets.means(0, 3, 8, false), "labels.txt", labels));
    mien("models", "verify", "huge").saysOnly(3, "model 'huge' needs more than");
    mien("watch", "--source", "pattern:?frames=2", "--to", "-", "--classify", "huge")
        .saysOnly(3, "model 'huge' needs more than");
    assertThat(folder.resolve("cache/mien/tried")).isDirectoryContaining("glob:**");
    String[] watch = {
      "watch", "--source", "pattern:?frames=2", "--to", "-", "--quiet", "--classify", "fine"
    };
    for (int i = 0; i < 2; i++) {
      mien(watch).isQuiet();
    }
    // The detector and this one; what was refused is not remembered.
    try (var tried = Files.list(folder.resolve("cache/mien/tried"))) {
      assertThat(tried).hasSize(2);
    }
  }

  /** 40,000 by 40,000 numbers that no file holds. */
  private static byte[] huge() {
    OnnxGraph graph = new OnnxGraph("huge");
    String picture = graph.input("picture", 0, 3, 8, 8);
    String zeros =
        graph.node(
            "ConstantOfShape", "zeros", List.of(graph.longs("sizes", 40_000, 40_000)), Map.of());
    String most = graph.node("ReduceMax", "most", List.of(zeros), Map.of("keepdims", 0L));
    graph.output(
        "scores", graph.node("Add", "sum", List.of(means(graph, picture), most), Map.of()));
    return graph.bytes();
  }

  private static String means(OnnxGraph graph, String picture) {
    return graph.node(
        "ReduceMean", "means", List.of(picture), Map.of("axes", new long[] {2, 3}, "keepdims", 0L));
  }

  private static byte[] longChain() {
    OnnxGraph graph = new OnnxGraph("long");
    String at = means(graph, graph.input("picture", 0, 3, 8, 8));
    for (int i = 0; i < 200_000; i++) {
      at = graph.node(i % 2 == 0 ? "Neg" : "Relu", "n" + i, List.of(at), Map.of());
    }
    graph.output("scores", at);
    return graph.bytes();
  }

  private static byte[] endless() throws IOException {
    OnnxGraph graph = new OnnxGraph("endless");
    String at = means(graph, graph.input("picture", 0, 3, 8, 8));
    graph.output("scores", graph.node("Identity", "same", List.of(at), Map.of()));
    ModelProto model = ModelProto.parseFrom(graph.bytes());
    GraphProto body =
        GraphProto.newBuilder()
            .setName("body")
            .addInput(value("i", TensorProto.DataType.INT64))
            .addInput(value("go", TensorProto.DataType.BOOL))
            .addInput(value("carried", TensorProto.DataType.FLOAT, 1, 3))
            .addNode(node("Identity", "still", "go"))
            .addNode(node("Neg", "turned", "carried"))
            .addOutput(value("still", TensorProto.DataType.BOOL))
            .addOutput(value("turned", TensorProto.DataType.FLOAT, 1, 3))
            .build();
    GraphProto.Builder endless = model.getGraph().toBuilder().clearNode();
    for (NodeProto node : model.getGraph().getNodeList()) {
      endless.addNode(
          node.getOpType().equals("Identity")
              ? node("Loop", node.getOutput(0), "rounds", "", at).toBuilder()
                  .addAttribute(
                      AttributeProto.newBuilder()
                          .setName("body")
                          .setType(AttributeProto.AttributeType.GRAPH)
                          .setG(body))
                  .build()
              : node);
    }
    endless.addInitializer(
        TensorProto.newBuilder()
            .setName("rounds")
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addInt64Data(1L << 62));
    return model.toBuilder().setGraph(endless).build().toByteArray();
  }

  private static NodeProto node(String op, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, int... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int size : sizes) {
      shape.addDimBuilder().setDimValue(size);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }
}
