package dev.mien.teach;

import dev.mien.convert.OnnxGraph;
import dev.mien.convert.Weight;
import dev.mien.dataset.Augmentation;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.onnx.Network;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.sgd.linear.LinearSGDModel;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * Trains a head: the features that a frozen network finds in each face, and a multinomial logistic
 * regression on them. It wants few pictures and little time.
 */
public final class HeadTraining {
  private static final double RATE = 0.05;
  private static final int BATCH = 16;

  /** Passes over the features; the number that does best on the validation is taken. */
  private static final int[] PASSES = {2, 4, 8, 16, 32};

  /** Each picture is learnt from as it is, mirrored, and varied so often. */
  private static final int VARIED = 2;

  /** What varies a face but not so far that the features of another would be learnt. */
  private static final Augmentation MILD =
      new Augmentation(0.5, 8, 0.1, 0.05, 0, 0.05, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0, 0, 0, 0, 0);

  private static final Augmentation MIRROR =
      new Augmentation(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Tribuo tells the JDK's logger; held here, for a logger that nobody holds forgets its level. */
  private static final Logger TRIBUO = Logger.getLogger("org.tribuo");

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

  /** Features and labels of pictures. */
  static final class Points {
    private final List<float[]> features = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();

    int size() {
      return labels.size();
    }

    int[] labels() {
      return labels.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  private final Network extractor;
  private final Card.Input input;
  private final byte[] onnx;
  private final int labels;
  private final long seed;

  /**
   * @param extractor gives features for the tensor of a face
   * @param input how a face becomes that tensor
   * @param onnx the extractor's bytes
   * @param labels how many there are
   */
  HeadTraining(Network extractor, Card.Input input, byte[] onnx, int labels, long seed) {
    this.extractor = extractor;
    this.input = input;
    this.onnx = onnx;
    this.labels = labels;
    this.seed = seed;
    TRIBUO.setLevel(Level.WARNING);
  }

  /** Looks at faces as they are cut. */
  final class FeatureTaker implements Cutting.Taker, AutoCloseable {
    private final Points points = new Points();
    private final List<Tensors> ways = new ArrayList<>();
    private final float[] values;
    private final FloatBuffer tensor;

    /**
     * @param side of the cuts, in pixels
     * @param vary whether to look at varied ones too
     */
    FeatureTaker(int side, boolean vary) {
      ways.add(new Tensors(input, side, input.width(), Augmentation.NONE));
      for (int i = 0; vary && i <= VARIED; i++) {
        ways.add(new Tensors(input, side, input.width(), i == 0 ? MIRROR : MILD));
      }
      values = new float[ways.get(0).floats()];
      tensor = direct(values.length);
    }

    @Override
    public void take(byte[] pixels, dev.mien.dataset.Example example) {
      SplittableRandom random = new SplittableRandom(seed * 31 + points.size());
      for (Tensors way : ways) {
        way.write(pixels, random, values, 0);
        tensor.clear().put(values).clear();
        points.features.add(extractor.runBatch(tensor, input.shape(1))[0]);
        points.labels.add(example.label());
      }
    }

    Points points() {
      return points;
    }

    @Override
    public void close() {
      ways.forEach(Tensors::close);
    }
  }

  /** Weights and bias of the head, for features as the extractor gives them. */
  @SuppressWarnings("ArrayRecordComponent") // Numbers to calculate with, never compared.
  private record Head(float[][] weights, float[] bias) {
    float[][] logits(List<float[]> features) {
      float[][] rows = new float[features.size()][bias.length];
      for (int i = 0; i < rows.length; i++) {
        for (int k = 0; k < bias.length; k++) {
          double sum = bias[k];
          for (int f = 0; f < weights[k].length; f++) {
            sum += weights[k][f] * features.get(i)[f];
          }
          rows[i][k] = (float) sum;
        }
      }
      return rows;
    }
  }

  /**
   * Tries ever more passes and keeps what does best on the validation; told to stop, the best so
   * far.
   */
  Trained run(Points train, Points validation, BooleanSupplier stop, Consumer<Epoch> progress) {
    float[][] scale = scale(train.features);
    List<Epoch> history = new ArrayList<>();
    Head best = null;
    Epoch bestEpoch = null;
    for (int passes : PASSES) {
      if (best != null && stop.getAsBoolean()) {
        break;
      }
      Head head = train(train, scale, passes);
      float[][] seen = head.logits(train.features);
      Epoch epoch =
          Epoch.of(
              history.size() + 1,
              Temperature.loss(seen, Epoch.shares(train.labels(), labels), 1),
              Epoch.accuracy(seen, train.labels()),
              head.logits(validation.features),
              Epoch.shares(validation.labels(), labels));
      history.add(epoch);
      progress.accept(epoch);
      if (bestEpoch == null || epoch.validationLoss() < bestEpoch.validationLoss()) {
        best = head;
        bestEpoch = epoch;
      }
    }
    if (best == null || bestEpoch == null) {
      throw new IllegalStateException("no pass was made");
    }
    return new Trained(joined(best, bestEpoch.temperature()), bestEpoch, history);
  }

  /** Mean and spread of each feature. */
  private static float[][] scale(List<float[]> features) {
    int count = features.get(0).length;
    float[][] scale = new float[2][count];
    for (int f = 0; f < count; f++) {
      double sum = 0;
      double squares = 0;
      for (float[] row : features) {
        sum += row[f];
        squares += row[f] * (double) row[f];
      }
      double mean = sum / features.size();
      scale[0][f] = (float) mean;
      scale[1][f] = (float) Math.sqrt(Math.max(1e-8, squares / features.size() - mean * mean));
    }
    return scale;
  }

  private Head train(Points points, float[][] scale, int passes) {
    LabelFactory factory = new LabelFactory();
    MutableDataset<Label> data =
        new MutableDataset<>(new SimpleDataSourceProvenance("faces", factory), factory);
    int count = scale[0].length;
    String[] names = new String[count];
    Arrays.setAll(names, f -> "f%05d".formatted(f));
    for (int i = 0; i < points.size(); i++) {
      double[] values = new double[count];
      for (int f = 0; f < count; f++) {
        values[f] = (points.features.get(i)[f] - scale[0][f]) / scale[1][f];
      }
      Example<Label> example =
          new ArrayExample<>(new Label(points.labels.get(i).toString()), names, values);
      data.add(example);
    }
    LinearSGDTrainer trainer =
        new LinearSGDTrainer(
            new LogMulticlass(), new AdaGrad(RATE), passes, Integer.MAX_VALUE, BATCH, seed);
    LinearSGDModel model = trainer.train(data);
    DenseMatrix weights = model.getWeightsCopy();
    float[][] kernel = new float[labels][count];
    float[] bias = new float[labels];
    for (int k = 0; k < labels; k++) {
      int row = model.getOutputIDInfo().getID(new Label(Integer.toString(k)));
      double shift = weights.get(row, count);
      for (int f = 0; f < count; f++) {
        int column = model.getFeatureIDMap().getID(names[f]);
        kernel[k][f] = (float) (weights.get(row, column) / scale[1][f]);
        shift -= weights.get(row, column) * scale[0][f] / scale[1][f];
      }
      bias[k] = (float) shift;
    }
    return new Head(kernel, bias);
  }

  /** Extractor and head as one network, its logits divided by the temperature. */
  private byte[] joined(Head head, double temperature) {
    int count = head.weights()[0].length;
    float[] weights = new float[labels * count];
    float[] bias = new float[labels];
    for (int k = 0; k < labels; k++) {
      bias[k] = (float) (head.bias()[k] / temperature);
      for (int f = 0; f < count; f++) {
        weights[k * count + f] = (float) (head.weights()[k][f] / temperature);
      }
    }
    OnnxGraph graph = OnnxGraph.parse(onnx);
    String features = graph.takeOutput();
    String out =
        graph.node(
            "Gemm",
            "logits",
            List.of(
                features,
                graph.floats(new Weight("head_w", new int[] {labels, count}, weights, false)),
                graph.floats(new Weight("head_b", new int[] {labels}, bias, false))),
            Map.of("transB", 1L));
    graph.output("logits", out);
    return graph.bytes();
  }
}
