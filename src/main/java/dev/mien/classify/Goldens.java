package dev.mien.classify;

import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.model.Card;
import dev.mien.model.Golden;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.onnx.Network;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Asks a network about its golden pictures on the way that faces take: cut, tensor, network. Where
 * its answers are not those that it gave when it was made, the known mistakes are tried, and the
 * one that explains them is named.
 */
final class Goldens {
  /** How far a probability may be off; processors and GPUs round differently. */
  static final double TOLERANCE = 0.01;

  private final Network network;
  private final Card.Input input;
  private final Card.Output output;
  private int asked;

  Goldens(Card card, Network network) {
    this.network = network;
    this.input = Objects.requireNonNull(card.input());
    this.output = Objects.requireNonNull(card.output());
  }

  /** How many pictures the network was asked about, which is what the check costs. */
  int asked() {
    return asked;
  }

  /**
   * @throws ModelException if an answer is not what it must be, with the mistake that explains it
   */
  void check(Model model) throws ModelException {
    if (model.goldens().isEmpty()) {
      return;
    }
    List<Mat> pictures = new ArrayList<>();
    try {
      for (Golden golden : model.goldens()) {
        pictures.add(decode(model.name(), golden.picture(), model.read(golden.picture())));
      }
      double[][] expected = new double[pictures.size()][];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = model.goldens().get(i).probabilities().stream().mapToDouble(p -> p).toArray();
      }
      double[][] found = ask(PreprocessingMistake.none(input), pictures, 0);
      Optional<String> difference = difference(model, found, expected);
      if (difference.isPresent()) {
        throw new ModelException(
            difference.get() + explanation(pictures, found, expected, model.labels()));
      }
    } finally {
      pictures.forEach(Mat::close);
    }
  }

  private static Optional<String> difference(Model model, double[][] found, double[][] expected) {
    for (int i = 0; i < found.length; i++) {
      for (int k = 0; k < found[i].length; k++) {
        if (!near(found[i][k], expected[i][k])) {
          return Optional.of(
              "model '%s' gives %.4f for '%s' of %s, expected %.4f within %.2f; "
                  .formatted(
                      model.name(),
                      found[i][k],
                      model.labels().get(k),
                      model.goldens().get(i).picture(),
                      expected[i][k],
                      TOLERANCE));
        }
      }
    }
    return Optional.empty();
  }

  private String explanation(
      List<Mat> pictures, double[][] found, double[][] expected, List<String> labels) {
    Optional<List<String>> order = Permutation.of(found, expected, TOLERANCE, labels);
    if (order.isPresent()) {
      return "its answers are right with the labels in this order: %s; mend labels.txt"
          .formatted(String.join(", ", order.get()));
    }
    String best = "";
    double least = Double.POSITIVE_INFINITY;
    for (PreprocessingMistake mistake : mistakes()) {
      // The first picture rules most of them out, so that the search stays short.
      double off = off(mistake, pictures.subList(0, 1), expected);
      if (off <= TOLERANCE && pictures.size() > 1) {
        off = off(mistake, pictures, expected);
      }
      if (off <= TOLERANCE && off < least) {
        least = off;
        best = mistake.name();
      }
    }
    return best.isEmpty()
        ? "no known mistake (channels, gray, scale, layout, softmax, order of the labels) explains"
            + " it: it does not run as it should on "
            + network.device()
        : "its answers are right with %s; mend the card".formatted(best);
  }

  /** Those that may stand between this card and its network. */
  List<PreprocessingMistake> mistakes() {
    Card.Layout other = input.layout() == Card.Layout.NCHW ? Card.Layout.NHWC : Card.Layout.NCHW;
    int channels = input.color().channels();
    long[] shape =
        other == Card.Layout.NCHW
            ? new long[] {-1, channels, input.height(), input.width()}
            : new long[] {-1, input.height(), input.width(), channels};
    return PreprocessingMistake.known(
        input, channels > 1 && PreprocessingMistake.fits(network.input().shape(), shape));
  }

  private double off(PreprocessingMistake mistake, List<Mat> pictures, double[][] expected) {
    double[][] found = attempt(mistake, pictures);
    double most = 0;
    for (int i = 0; i < found.length; i++) {
      most = Math.max(most, distance(found[i], expected[i]));
    }
    return most;
  }

  /** The answers that a mistake gives; empty ones if the network does not even take its shape. */
  double[][] attempt(PreprocessingMistake mistake, List<Mat> pictures) {
    try {
      return ask(mistake, pictures, 0);
    } catch (IllegalStateException e) {
      return new double[pictures.size()][0];
    }
  }

  /** The biggest difference of two answers. */
  static double distance(double[] a, double[] b) {
    if (a.length != b.length) {
      return Double.POSITIVE_INFINITY;
    }
    double most = 0;
    for (int k = 0; k < a.length; k++) {
      most = Math.max(most, Math.abs(a[k] - b[k]));
    }
    return most;
  }

  private static boolean near(double found, double expected) {
    return Math.abs(found - expected) <= TOLERANCE;
  }

  /**
   * The probabilities for pictures that are faces from edge to edge.
   *
   * @param noise a share by which each value of the tensor is moved up or down
   */
  double[][] ask(PreprocessingMistake way, List<Mat> pictures, double noise) {
    try (Cutter cutter = new Cutter(way.input())) {
      FloatBuffer tensor = cutter.tensor(pictures.size(), network);
      for (int i = 0; i < pictures.size(); i++) {
        try (Frame frame = new Frame(i, 0, way.pixels().of(pictures.get(i)))) {
          Box whole = new Box(0, 0, frame.size().width(), frame.size().height());
          cutter.cut(new Crop(frame, whole), tensor, i);
        }
      }
      for (int i = 0; noise > 0 && i < tensor.capacity(); i++) {
        tensor.put(i, (float) (tensor.get(i) * (1 + (i * 7 % 3 - 1) * noise)));
      }
      asked += pictures.size();
      float[][] rows = network.runBatch(tensor, way.input().shape(pictures.size()));
      return Arrays.stream(rows)
          .map(row -> OnnxClassifier.probabilities(row, output))
          .toArray(double[][]::new);
    }
  }

  static Mat decode(String model, String name, byte[] picture) throws ModelException {
    try (BytePointer bytes = new BytePointer(picture);
        Mat encoded = new Mat(1, picture.length, opencv_core.CV_8UC1, bytes)) {
      Mat decoded = opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_COLOR);
      if (decoded.empty()) {
        decoded.close();
        throw new ModelException("model '%s': %s is not a picture".formatted(model, name));
      }
      return decoded;
    }
  }
}
