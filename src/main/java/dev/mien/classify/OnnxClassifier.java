package dev.mien.classify;

import dev.mien.face.Classification;
import dev.mien.face.Silence;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.jspecify.annotations.Nullable;

/**
 * A model folder's network, asked about faces: all the crops of a call go through it in one batch.
 * Several classifiers may share one network, each for its own thread; whoever opened the network
 * closes it, after the classifiers.
 */
public final class OnnxClassifier implements Classifier {
  /** Memory stays bounded in a crowd: more faces than this go in several batches. */
  static final int MAX_BATCH = 32;

  private static final double SUM_TOLERANCE = 0.001;

  private final Model model;
  private final Network network;
  private final Card.Input input;
  private final Card.Output output;
  private final Cutter cutter;
  private final BatchSizes sizes;
  private final boolean rounded;
  private final Silence silence;
  private FloatBuffer tensor;
  private boolean closed;

  /**
   * Checks that model and network fit each other, and asks for the goldens, which warms it up too.
   *
   * @throws ModelException if the shapes, the labels or the kind of output are not what the card
   *     says, or a golden gets another answer than it must
   * @throws IllegalArgumentException if the model does not classify faces
   */
  public OnnxClassifier(Model model, Network network) throws ModelException {
    this(model, network, new BatchSizes());
  }

  /**
   * The same, and counts its batches.
   *
   * @param sizes other classifiers of the model may count there too
   */
  public OnnxClassifier(Model model, Network network, BatchSizes sizes) throws ModelException {
    this(model, network, sizes, network.device() instanceof Device.Cuda);
  }

  /**
   * @param rounded whether batches are filled up to a power of two: the CUDA provider keeps memory
   *     for each size that it has met
   */
  OnnxClassifier(Model model, Network network, BatchSizes sizes, boolean rounded)
      throws ModelException {
    if (!model.card().classifies()) {
      throw new IllegalArgumentException(
          "model '%s' is for the task %s; a classifier is needed here"
              .formatted(model.name(), model.card().task()));
    }
    this.model = model;
    this.network = network;
    this.sizes = sizes;
    this.rounded = rounded;
    this.silence = silence(model.card().unknownWhen());
    this.input = Objects.requireNonNull(model.card().input());
    this.output = Objects.requireNonNull(model.card().output());
    checkShapes();
    this.cutter = new Cutter(input);
    this.tensor = cutter.tensor(1, network);
    try {
      checkOutput();
      new Goldens(model.card(), network).check(model);
    } catch (ModelException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Silence silence(Card.@Nullable UnknownWhen rule) {
    return rule == null
        ? Silence.NEVER
        : new Silence(
            rule.coveredBy(), rule.turnedBeyond(), rule.smallerThan(), rule.blurrierThan());
  }

  private void checkShapes() throws ModelException {
    List<Long> shape = network.input().shape();
    long[] wanted = input.shape(-1);
    if (!PreprocessingMistake.fits(shape, wanted)) {
      String fitting = PreprocessingMistake.fitting(input, shape);
      throw new ModelException(
          "model '%s': the network's input is %s, but the card says %s (-1: any)%s"
              .formatted(
                  model.name(),
                  shape,
                  Arrays.toString(wanted),
                  fitting.isEmpty() ? "" : "; it would fit with " + fitting));
    }
    if (network.outputs().size() != 1) {
      throw new ModelException(
          "model '%s': the network has %d outputs, expected one"
              .formatted(model.name(), network.outputs().size()));
    }
    List<Long> out = network.outputs().get(0).shape();
    long last = out.stream().skip(1).reduce(1L, (a, b) -> a < 0 || b < 0 ? -1 : a * b);
    if (out.size() == 1) {
      last = out.get(0);
    }
    if (out.size() > 0 && last >= 0 && last != model.labels().size()) {
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
    float[][] rows;
    try {
      rows = network.runBatch(tensor, input.shape(levels.length));
    } catch (IllegalStateException e) {
      throw new ModelException(
          "model '%s': the network does not take what its card says; is it of another 'layout'? %s"
              .formatted(model.name(), String.valueOf(e.getMessage()).lines().findFirst().get()),
          e);
    }
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
    if (output == Card.Output.INDEPENDENT
        && !Arrays.stream(rows).allMatch(OnnxClassifier::areProbabilities)) {
      throw new ModelException(
          ("model '%s': the card says that each number of the output is a probability, but not all"
                  + " are 0..1: %s; is it logits?")
              .formatted(model.name(), Arrays.toString(rows[0])));
    }
    if (output == Card.Output.LOGITS && probabilities && model.labels().size() > 1) {
      throw new ModelException(
          ("model '%s': the card says that the output is logits, but it adds up to 1 whatever is"
                  + " asked; is it probabilities?")
              .formatted(model.name()));
    }
  }

  private static boolean areProbabilities(float[] row) {
    for (float value : row) {
      if (!(value >= -SUM_TOLERANCE && value <= 1 + SUM_TOLERANCE)) {
        return false;
      }
    }
    return true;
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

  /**
   * The probabilities for an encoded picture (PNG, JPEG) taken whole.
   *
   * @throws ModelException if it is not a picture
   */
  public double[] probabilitiesOf(String name, byte[] picture) throws ModelException {
    try (Mat decoded = Goldens.decode(model.name(), name, picture)) {
      reserve(1);
      cutter.write(decoded, tensor, 0);
      return probabilities(network.runBatch(tensor, input.shape(1))[0], output);
    }
  }

  /** What it thinks of a picture taken whole: without margin, squeezed to the input. */
  public Classification classifyWhole(Frame picture) {
    reserve(1);
    cutter.write(picture.image(), tensor, 0);
    return answer(
        probabilities(network.runBatch(tensor, input.shape(1))[0], output),
        Classification.NOT_MEASURED);
  }

  /**
   * The tensor of a picture that is a face from edge to edge, as {@link Goldens} asks about it.
   *
   * @param picture PNG or JPEG
   * @throws ModelException if it is not a picture
   */
  public static float[] tensor(Card.Input input, byte[] picture) throws ModelException {
    try (Frame frame = new Frame(0, 0, Goldens.decode("new", "an example", picture));
        Cutter cutter = new Cutter(input)) {
      float[] values = new float[cutter.floats()];
      FloatBuffer memory =
          ByteBuffer.allocateDirect(values.length * Float.BYTES)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      Box whole = new Box(0, 0, frame.size().width(), frame.size().height());
      cutter.cut(new Crop(frame, whole), memory, 0);
      memory.get(0, values);
      return values;
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
        new ArrayList<>(
            Collections.nCopies(
                crops.size(), answer(even(model.labels().size()), Classification.NOT_MEASURED)));
    for (int from = 0; from < visible.size(); from += MAX_BATCH) {
      List<Integer> batch = visible.subList(from, Math.min(from + MAX_BATCH, visible.size()));
      int size = rounded ? powerOfTwo(batch.size()) : batch.size();
      reserve(size);
      for (int i = 0; i < batch.size(); i++) {
        cutter.cut(crops.get(batch.get(i)), tensor, i);
      }
      float[][] rows = network.runBatch(tensor, input.shape(size));
      sizes.add(batch.size());
      for (int i = 0; i < batch.size(); i++) {
        double detail =
            silence.blurrierThan() > 0 ? Detail.of(tensor, i, input) : Classification.NOT_MEASURED;
        answers.set(batch.get(i), answer(probabilities(rows[i], output), detail));
      }
    }
    return answers;
  }

  private static int powerOfTwo(int atLeast) {
    int highest = Integer.highestOneBit(atLeast);
    return highest == atLeast ? atLeast : 2 * highest;
  }

  private static double[] even(int labels) {
    double[] even = new double[labels];
    Arrays.fill(even, 1.0 / labels);
    return even;
  }

  private Classification answer(double[] probabilities, double detail) {
    List<Classification.Score> scores = new ArrayList<>(probabilities.length);
    for (int i = 0; i < probabilities.length; i++) {
      scores.add(new Classification.Score(model.labels().get(i), probabilities[i]));
    }
    return new Classification(
        model.card().task(), model.name(), scores, model.card().unsureBelow(), silence, detail);
  }

  /** What the network's numbers for a face come to. */
  static double[] probabilities(float[] row, Card.Output output) {
    double[] values = new double[row.length];
    if (output == Card.Output.INDEPENDENT) {
      for (int i = 0; i < row.length; i++) {
        values[i] = Math.min(1, Math.max(0, row[i]));
      }
      return values;
    }
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
      return even(row.length);
    }
    for (int i = 0; i < row.length; i++) {
      values[i] /= sum;
    }
    return values;
  }

  private void reserve(int batch) {
    if (tensor.capacity() < (long) batch * cutter.floats()) {
      tensor = cutter.tensor(batch, network);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      cutter.close();
    }
  }
}
