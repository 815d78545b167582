package dev.mien.teach;

import dev.mien.convert.OnnxGraph;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network cut off where its values are to be learnt from, which gives a row of numbers a face.
 *
 * @param onnx input N×C×H×W or N×H×W×C, output N×numbers
 * @param input how a face becomes its tensor
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
record Extractor(byte[] onnx, Card.Input input) {
  /**
   * Cuts it off.
   *
   * @throws ModelException if the network has no such layer, or its map cannot be divided so
   */
  static Extractor of(Model model, FeatureSource source) throws IOException {
    Card.Input input = Objects.requireNonNull(model.card().input(), "the card was checked");
    OnnxGraph graph = OnnxGraph.parse(model.read(Model.NETWORK));
    graph.joinClips();
    if (source.layer() == null && source.size() == 0) {
      return new Extractor(graph.bytes(), input);
    }
    if (source.size() > 0) {
      input = input.withSize(source.size());
    }
    graph.resizeInput(input.shape(0));
    if (source.layer() != null && !graph.endAt(source.layer())) {
      throw new ModelException(
          "features: model '%s' has no layer '%s'; its layers are the outputs of its nodes"
              .formatted(model.name(), source.layer()));
    }
    List<Long> shape = shape(model.name(), graph.bytes(), input);
    if (shape.size() == 2) {
      return new Extractor(graph.bytes(), input);
    }
    if (shape.size() != 4
        || shape.get(2) % source.rows() != 0
        || shape.get(3) % source.columns() != 0) {
      throw new ModelException(
          "features: layer '%s' of model '%s' gives %s, expected N×C×H×W with H in %d and W in %d"
                  .formatted(source.layer(), model.name(), shape, source.rows(), source.columns())
              + " equal parts");
    }
    long[] part = {shape.get(2) / source.rows(), shape.get(3) / source.columns()};
    String map = graph.takeOutput();
    String pooled =
        graph.node(
            "AveragePool", "parts", List.of(map), Map.of("kernel_shape", part, "strides", part));
    graph.output("features", graph.node("Flatten", "features", List.of(pooled), Map.of()));
    return new Extractor(graph.bytes(), input);
  }

  private static List<Long> shape(String name, byte[] onnx, Card.Input input) throws IOException {
    long[] one = input.shape(1);
    int count = input.color().channels() * input.width() * input.height();
    FloatBuffer nothing =
        ByteBuffer.allocateDirect(count * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    try (Network network = Network.open(name, onnx, Device.CPU)) {
      return network.run(nothing, one).get(0).shape();
    }
  }
}
