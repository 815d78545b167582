package dev.mien.command;

import dev.mien.convert.Plug;
import dev.mien.model.Card;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the numbers of a network's output are, and the network that gives a number for each label.
 *
 * @param assumed what was taken for so without being said anywhere; may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // A file, never compared.
record ImportedScores(byte[] onnx, Card.Output kind, List<String> assumed) {
  private static final int PROBES = 3;
  private static final double SUM_TOLERANCE = 1e-3;

  private static final Set<String> SIGMOIDS = Set.of("Sigmoid", "HardSigmoid");

  /** After these, numbers have no bounds, and nobody takes them for probabilities. */
  private static final Set<String> LINEAR =
      Set.of("Gemm", "MatMul", "Add", "Conv", "BatchNormalization", "ReduceMean", "Sub", "Mul");

  /**
   * @param asked logits, probabilities or independent; null finds out
   * @throws IllegalArgumentException if there is another number of labels than of numbers
   */
  static ImportedScores of(
      Path file, byte[] given, Card.Input input, List<String> labels, @Nullable String asked)
      throws IOException {
    byte[] onnx = given;
    float[][] rows;
    try (Network network = Network.open(file.toString(), onnx, Device.CPU)) {
      rows = probe(network, input);
      if (network.run(tensor(network, input, 0), shape(network, input)).get(0).shape().size() > 2) {
        onnx = Plug.rows(file, onnx);
      }
    }
    int numbers = rows[0].length;
    if (numbers == 1 && labels.size() == 2) {
      return pair(file, onnx, rows, labels, asked);
    }
    if (numbers != labels.size()) {
      throw new IllegalArgumentException(
          "%s gives %d numbers for a face, but there are %d labels: %s"
              .formatted(file, numbers, labels.size(), String.join(", ", labels)));
    }
    if (numbers == 1) {
      throw new IllegalArgumentException(
          ("%s gives one number for a face, and '%s' is the only label; name two: first what a small"
                  + " number means, then what a big one does")
              .formatted(file, labels.get(0)));
    }
    if (asked != null) {
      return new ImportedScores(onnx, parse(asked), List.of());
    }
    String last = Plug.last(file, onnx);
    if (every(rows, ImportedScores::addsUp)) {
      return new ImportedScores(onnx, Card.Output.PROBABILITIES, List.of());
    }
    if (SIGMOIDS.contains(last)) {
      return new ImportedScores(
          onnx,
          Card.Output.INDEPENDENT,
          List.of("--scores independent (each number is a sigmoid's, a probability by itself)"));
    }
    if (!LINEAR.contains(last) && every(rows, ImportedScores::isBetweenZeroAndOne)) {
      return new ImportedScores(
          onnx,
          Card.Output.INDEPENDENT,
          List.of("--scores independent (all numbers seen are 0..1 and do not add up to 1)"));
    }
    return new ImportedScores(
        onnx,
        Card.Output.LOGITS,
        LINEAR.contains(last)
            ? List.of()
            : List.of("--scores logits (a softmax is taken of the numbers)"));
  }

  /** One number for two labels, as a single neuron at the end gives it. */
  private static ImportedScores pair(
      Path file, byte[] onnx, float[][] rows, List<String> labels, @Nullable String asked)
      throws IOException {
    String last = Plug.last(file, onnx);
    boolean probability =
        asked == null
            ? SIGMOIDS.contains(last)
                || (!LINEAR.contains(last) && every(rows, ImportedScores::isBetweenZeroAndOne))
            : parse(asked) != Card.Output.LOGITS;
    String what = probability ? "probability" : "logit (before its sigmoid)";
    return new ImportedScores(
        Plug.pair(file, onnx, probability),
        probability ? Card.Output.PROBABILITIES : Card.Output.LOGITS,
        List.of(
            "the one number is the %s of '%s', the second label".formatted(what, labels.get(1))));
  }

  static Card.Output parse(String word) {
    for (Card.Output output : Card.Output.values()) {
      if (output.name().toLowerCase(Locale.ROOT).equals(word)) {
        return output;
      }
    }
    throw new IllegalArgumentException(
        "--scores is '%s', expected logits, probabilities or independent".formatted(word));
  }

  private static float[][] probe(Network network, Card.Input input) {
    float[][] rows = new float[PROBES][];
    for (int kind = 0; kind < PROBES; kind++) {
      rows[kind] = network.runBatch(tensor(network, input, kind), input.shape(1))[0];
    }
    return rows;
  }

  private static long[] shape(Network network, Card.Input input) {
    return input.shape(Math.toIntExact(Math.max(1, network.input().shape().get(0))));
  }

  /** Nothing, or two waves. */
  private static FloatBuffer tensor(Network network, Card.Input input, int kind) {
    long floats = 1;
    for (long size : shape(network, input)) {
      floats *= size;
    }
    FloatBuffer tensor =
        ByteBuffer.allocateDirect(Math.toIntExact(floats * Float.BYTES))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int i = 0; kind > 0 && i < tensor.capacity(); i++) {
      double wave = Math.sin(i * 0.01 * kind);
      tensor.put(i, (float) (input.scale() >= 1 ? 127.5 + 127.5 * wave : wave));
    }
    return tensor;
  }

  private interface Look {
    boolean at(float[] row);
  }

  private static boolean every(float[][] rows, Look look) {
    for (float[] row : rows) {
      if (!look.at(row)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBetweenZeroAndOne(float[] row) {
    for (float value : row) {
      if (!(value >= 0 && value <= 1)) {
        return false;
      }
    }
    return true;
  }

  private static boolean addsUp(float[] row) {
    double sum = 0;
    for (float value : row) {
      sum += value < 0 ? Double.NaN : value;
    }
    return Math.abs(sum - 1) < SUM_TOLERANCE;
  }
}
