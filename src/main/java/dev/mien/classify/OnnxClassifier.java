package dev.mien.classify;

import dev.mien.face.Classification;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.onnx.Network;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * A model folder's network, asked about faces: all the crops of a call go through it in one batch.
 * Several classifiers may share one network, each for its own thread; whoever opened the network
 * closes it, after the classifiers.
 */
public final class OnnxClassifier implements Classifier {
  /** Memory stays bounded in a crowd: more faces than this go in several batches. */
  private static final int MAX_BATCH = 32;

  /** How far a golden's probabilities may be off; processors and GPUs round differently. */
  static final double GOLDEN_TOLERANCE = 0.01;

  private static final double SUM_TOLERANCE = 0.001;

  private final Model model;
  private final Network network;
  private final Card.Input input;
  private final Card.Output output;
  private final Cutter cutter;
  private final int room;
  private FloatBuffer tensor;
  private boolean closed;

  /**
   * Checks that model and network fit each other, and asks for the goldens, which warms it up too.
   *
   * @throws ModelException if the shapes, the labels or the kind of output are not what the card
   *     says, or a golden gets another answer than it must
   * @throws IllegalArgumentException if the model finds faces and does not classify them
   */
  public OnnxClassifier(Model model, Network network) throws ModelException {
    if (model.card().findsFaces()) {
      throw new IllegalArgumentException(
          "model '%s' finds faces; a classifier is needed here".formatted(model.name()));
    }
    this.model = model;
    this.network = network;
    this.input = Objects.requireNonNull(model.card().input());
    this.output = Objects.requireNonNull(model.card().output());
    checkShapes();
    this.room = (int) Math.max(1, network.input().shape().get(0));
    this.cutter = new Cutter(input);
    this.tensor = allocate(1);
    try {
      checkOutput();
      checkGoldens();
    } catch (ModelException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void checkShapes() throws ModelException {
    List<Long> shape = network.input().shape();
    long[] wanted = input.shape(-1);
    boolean fits = shape.size() == wanted.length;
    for (int i = 1; fits && i < wanted.length; i++) {
      fits = shape.get(i) < 0 || shape.get(i) == wanted[i];
    }
    if (!fits) {
      throw new ModelException(
          "model '%s': the network's input is %s, but the card says %s (-1: any)"
              .formatted(model.name(), shape, Arrays.toString(wanted)));
    }
    if (network.outputs().size() != 1) {
      throw new ModelException(
          "model '%s': the network has %d outputs, expected one"
              .formatted(model.name(), network.outputs().size()));
    }
    List<Long> out = network.outputs().get(0).shape();
    long last = out.isEmpty() ? 1 : out.get(out.size() - 1);
    if (last >= 0 && last != model.labels().size()) {
      throw labelCount(last);
    }
  }

  private ModelException labelCount(long found) {
    return new ModelException(
        "model '%s': the network gives %d numbers for a face, but labels.txt has %d labels"
            .formatted(model.name(), found, model.labels().size()));
  }

  /** Three plain pictures show whether the numbers are what the card says that they are. */
  private void checkOutput() throws ModelException {
    int[] levels = {0, 128, 255};
    reserve(levels.length);
    for (int i = 0; i < levels.length; i++) {
      try (Scalar gray = Scalar.all(levels[i]);
          Mat plain = new Mat(input.height(), input.width(), opencv_core.CV_8UC3, gray)) {
        cutter.write(plain, tensor, i);
      }
    }
    float[][] rows = network.runBatch(tensor, input.shape(levels.length));
    if (rows[0].length != model.labels().size()) {
      throw labelCount(rows[0].length);
    }
    boolean probabilities = Arrays.stream(rows).allMatch(OnnxClassifier::addUp);
    if (output == Card.Output.PROBABILITIES && !probabilities) {
      throw new ModelException(
          ("model '%s': the card says that the output is probabilities, but it does not add up to"
                  + " 1: %s; is it logits?")
              .formatted(model.name(), Arrays.toString(rows[0])));
    }
    if (output == Card.Output.LOGITS && probabilities && model.labels().size() > 1) {
      throw new ModelException(
          ("model '%s': the card says that the output is logits, but it adds up to 1 whatever is"
                  + " asked; is it probabilities?")
              .formatted(model.name()));
    }
  }

  private static boolean addUp(float[] row) {
    double sum = 0;
    for (float value : row) {
      if (!(value >= -SUM_TOLERANCE)) {
        return false;
      }
      sum += value;
    }
    return Math.abs(sum - 1) <= SUM_TOLERANCE;
  }

  private void checkGoldens() throws ModelException {
    for (Card.Golden golden : model.card().goldens()) {
      double[] found = probabilitiesOf(golden.picture(), model.read(golden.picture()));
      for (int i = 0; i < found.length; i++) {
        double expected = golden.probabilities().get(i);
        if (!(Math.abs(found[i] - expected) <= GOLDEN_TOLERANCE)) {
          throw new ModelException(
              "model '%s' gives %.4f for '%s' of %s, expected %.4f within %.2f; it does not run as"
                      .formatted(
                          model.name(),
                          found[i],
                          model.labels().get(i),
                          golden.picture(),
                          expected,
                          GOLDEN_TOLERANCE)
                  + " it should on "
                  + network.device());
        }
      }
    }
  }

  /**
   * The probabilities for an encoded picture (PNG, JPEG) taken whole, as goldens are.
   *
   * @throws ModelException if it is not a picture
   */
  public double[] probabilitiesOf(String name, byte[] picture) throws ModelException {
    try (BytePointer bytes = new BytePointer(picture);
        Mat encoded = new Mat(1, picture.length, opencv_core.CV_8UC1, bytes);
        Mat decoded = opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_COLOR)) {
      if (decoded.empty()) {
        throw new ModelException("model '%s': %s is not a picture".formatted(model.name(), name));
      }
      reserve(1);
      cutter.write(decoded, tensor, 0);
      return probabilities(network.runBatch(tensor, input.shape(1))[0]);
    }
  }

  @Override
  public List<Classification> classify(List<Crop> crops) {
    List<Integer> visible = new ArrayList<>(crops.size());
    for (int i = 0; i < crops.size(); i++) {
      if (Cutter.visible(crops.get(i))) {
        visible.add(i);
      }
    }
    // Where there is nothing to see, no label is likelier than another.
    List<Classification> answers =
        new ArrayList<>(Collections.nCopies(crops.size(), answer(even())));
    for (int from = 0; from < visible.size(); from += MAX_BATCH) {
      List<Integer> batch = visible.subList(from, Math.min(from + MAX_BATCH, visible.size()));
      reserve(batch.size());
      for (int i = 0; i < batch.size(); i++) {
        cutter.cut(crops.get(batch.get(i)), tensor, i);
      }
      float[][] rows = network.runBatch(tensor, input.shape(batch.size()));
      for (int i = 0; i < rows.length; i++) {
        answers.set(batch.get(i), answer(probabilities(rows[i])));
      }
    }
    return answers;
  }

  private double[] even() {
    double[] even = new double[model.labels().size()];
    Arrays.fill(even, 1.0 / even.length);
    return even;
  }

  private Classification answer(double[] probabilities) {
    List<Classification.Score> scores = new ArrayList<>(probabilities.length);
    for (int i = 0; i < probabilities.length; i++) {
      scores.add(new Classification.Score(model.labels().get(i), probabilities[i]));
    }
    return new Classification(model.card().task(), model.name(), scores);
  }

  private double[] probabilities(float[] row) {
    double[] values = new double[row.length];
    double max = Float.NEGATIVE_INFINITY;
    for (float value : row) {
      max = Math.max(max, value);
    }
    double sum = 0;
    for (int i = 0; i < row.length; i++) {
      values[i] = output == Card.Output.LOGITS ? Math.exp(row[i] - max) : Math.max(0, row[i]);
      sum += values[i];
    }
    if (!(sum > 0)) {
      return even();
    }
    for (int i = 0; i < row.length; i++) {
      values[i] /= sum;
    }
    return values;
  }

  private void reserve(int batch) {
    if (tensor.capacity() < (long) batch * cutter.floats()) {
      tensor = allocate(batch);
    }
  }

  /** Room for whole batches of a network whose batch is fixed. */
  private FloatBuffer allocate(int batch) {
    int items = (batch + room - 1) / room * room;
    return ByteBuffer.allocateDirect(items * cutter.floats() * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      cutter.close();
    }
  }
}
