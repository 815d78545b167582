package dev.mien.teach;

import dev.mien.convert.OnnxGraph;
import dev.mien.convert.Weight;
import dev.mien.dataset.Augmentation;
import dev.mien.dataset.Example;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.onnx.Network;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Trains a head: the features that a frozen network finds in each face, and a {@link
 * SoftmaxRegression} on them. It wants few pictures and little time.
 */
public final class HeadTraining {
  /** Decays that are tried, from the strongest down: each goes on from the one before. */
  static final double[] DECAYS = {0.03, 0.01, 0.003};

  /** Steps for each of them at most. */
  private static final int STEPS = 30;

  /** Each picture is learnt from as it is, mirrored, and varied so often. */
  private static final int VARIED = 2;

  /** What varies a face but not so far that the features of another would be learnt. */
  private static final Augmentation MILD =
      new Augmentation(0.5, 8, 0.1, 0.05, 0, 0.05, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0, 0, 0, 0, 0);

  private static final Augmentation MIRROR =
      new Augmentation(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * Asks a network for the features of nothing.
   *
   * @throws ModelException if it does not give a row of numbers for the tensor of its card
   */
  public static void check(Model model, Network network) throws ModelException {
    Card.Input input = Objects.requireNonNull(model.card().input());
    FloatBuffer tensor = direct(input.color().channels() * input.width() * input.height());
    try {
      network.runBatch(tensor, input.shape(1));
    } catch (RuntimeException e) {
      throw new ModelException(
          "model '%s' gives no features for the input of its card: %s"
              .formatted(
                  model.name(), String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  private static FloatBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** One look at a face: its features, its label, and whether it is fit to measure with. */
  @SuppressWarnings("ArrayRecordComponent") // Numbers to calculate with, never compared.
  record Point(float[] features, int label, Path picture, boolean measures) {}

  private final Network extractor;
  private final Extractor source;
  private final Hyperparameters settings;
  private final List<String> labels;

  /**
   * @param extractor runs the source
   * @param source what the features are, and how a face becomes its tensor
   * @param labels in the order of their indexes
   */
  HeadTraining(Network extractor, Extractor source, Hyperparameters settings, List<String> labels) {
    this.extractor = extractor;
    this.source = source;
    this.settings = settings;
    this.labels = labels;
  }

  /** How pictures are varied to learn from. */
  enum Variation {
    NONE,
    /** A mirror image and a few slight changes, where there are few pictures. */
    FEW,
    /** One change as the recipe wants it: of many pictures, each shows what another lacks. */
    RECIPE
  }

  /** Looks at faces as they are cut. */
  final class FeatureTaker implements Cutting.Taker, AutoCloseable {
    private final List<Point> points = new ArrayList<>();
    private final List<Tensors> ways = new ArrayList<>();
    private final List<Tensors> uncovered = new ArrayList<>();
    private final float[] values;
    private final FloatBuffer tensor;
    private int faces;

    /**
     * @param side of the cuts, in pixels
     */
    FeatureTaker(int side, Variation variation) {
      way(side, Augmentation.NONE);
      switch (variation) {
        case NONE -> {}
        case FEW -> {
          way(side, MIRROR);
          for (int i = 0; i < VARIED; i++) {
            way(side, MILD);
          }
        }
        case RECIPE -> way(side, settings.augmentation());
      }
      values = new float[ways.get(0).floats()];
      tensor = direct(values.length);
    }

    private void way(int side, Augmentation augmentation) {
      int size = source.input().width();
      ways.add(new Tensors(source.input(), side, size, augmentation));
      uncovered.add(new Tensors(source.input(), side, size, augmentation.uncovered()));
    }

    @Override
    public void take(byte[] pixels, Example example) {
      look(pixels, example, true);
    }

    @Override
    public void unfound(byte[] pixels, Example example) {
      look(pixels, example, false);
    }

    private void look(byte[] pixels, Example example, boolean found) {
      SplittableRandom random = new SplittableRandom(settings.seed() * 31 + faces++);
      boolean coverable = settings.coverable().contains(labels.get(example.label()));
      for (int i = 0; i < ways.size(); i++) {
        (coverable ? ways : uncovered).get(i).write(pixels, random, values, 0);
        tensor.clear().put(values).clear();
        float[] features = extractor.runBatch(tensor, source.input().shape(1))[0];
        points.add(new Point(features, example.label(), example.picture(), found && i == 0));
      }
    }

    List<Point> points() {
      return points;
    }

    @Override
    public void close() {
      ways.forEach(Tensors::close);
      uncovered.forEach(Tensors::close);
    }
  }

  /** What one decay came to on the points that measure. */
  @SuppressWarnings("ArrayRecordComponent") // Numbers to calculate with, never compared.
  record Tried(double decay, SoftmaxRegression.Head head, float[][] logits) {}

  /**
   * Learns with ever less decay.
   *
   * @param weights of the points that are learnt from
   * @param tried hears of each decay; says whether there shall be another
   */
  void path(List<Point> train, double[] weights, List<Point> measured, Predicate<Tried> tried) {
    SoftmaxRegression regression =
        new SoftmaxRegression(
            train.stream().map(Point::features).toList(), labels(train), weights, labels.size());
    for (double decay : DECAYS) {
      SoftmaxRegression.Head head = regression.learn(decay, STEPS);
      if (!tried.test(new Tried(decay, head, logits(head, measured)))) {
        return;
      }
    }
  }

  /** How many labels there are. */
  int labels() {
    return labels.size();
  }

  static float[][] logits(SoftmaxRegression.Head head, List<Point> points) {
    return points.stream().map(p -> head.logits(p.features())).toArray(float[][]::new);
  }

  static int[] labels(List<Point> points) {
    return points.stream().mapToInt(Point::label).toArray();
  }

  /**
   * Keeps the decay that does best on the validation, or the one that is given; told to stop, the
   * best so far.
   *
   * @param leftOut what leaving folders out has shown; null where none was left out
   */
  Trained run(
      List<Point> train,
      double[] weights,
      List<Point> validation,
      @Nullable LeftOut leftOut,
      BooleanSupplier stop,
      Consumer<Epoch> progress) {
    List<Epoch> history = new ArrayList<>();
    List<Tried> all = new ArrayList<>();
    int[] truth = labels(validation);
    path(
        train,
        weights,
        validation,
        tried -> {
          float[][] seen = logits(tried.head(), train);
          Epoch epoch =
              Epoch.of(
                  history.size() + 1,
                  Temperature.loss(seen, Epoch.shares(labels(train), labels.size()), 1),
                  Epoch.accuracy(seen, labels(train)),
                  tried.logits(),
                  Epoch.shares(truth, labels.size()));
          history.add(epoch);
          all.add(tried);
          progress.accept(epoch);
          return !stop.getAsBoolean() && (leftOut == null || tried.decay() > leftOut.decay());
        });
    int best =
        leftOut == null
            ? IntStream.range(0, all.size())
                .boxed()
                .min(Comparator.comparingDouble(i -> history.get(i).validationLoss()))
                .orElseThrow()
            : all.size() - 1;
    double temperature = leftOut == null ? history.get(best).temperature() : leftOut.temperature();
    return new Trained(joined(all.get(best).head(), temperature), history.get(best), history);
  }

  /** Extractor and head as one network, its logits divided by the temperature. */
  private byte[] joined(SoftmaxRegression.Head head, double temperature) {
    int count = head.weights()[0].length;
    int all = labels.size();
    float[] weights = new float[all * count];
    float[] bias = new float[all];
    for (int k = 0; k < all; k++) {
      bias[k] = (float) (head.bias()[k] / temperature);
      for (int f = 0; f < count; f++) {
        weights[k * count + f] = (float) (head.weights()[k][f] / temperature);
      }
    }
    OnnxGraph graph = OnnxGraph.parse(source.onnx());
    String features = graph.takeOutput();
    String out =
        graph.node(
            "Gemm",
            "logits",
            List.of(
                features,
                graph.floats(new Weight("head_w", new int[] {all, count}, weights, false)),
                graph.floats(new Weight("head_b", new int[] {all}, bias, false))),
            Map.of("transB", 1L));
    graph.output("logits", out);
    return graph.bytes();
  }
}
