package dev.mien.teach;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import dev.mien.dataset.Augmentation;
import dev.mien.dataset.Example;
import dev.mien.dataset.Votes;
import dev.mien.evaluate.Mistake;
import dev.mien.evaluate.People;
import dev.mien.evaluate.Prediction;
import dev.mien.model.Card;
import dev.mien.onnx.Network;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/** Asks a finished network about cuts, and keeps what it said and its worst mistakes. */
final class Answers implements Cutting.Taker, AutoCloseable {
  private static final int SHOWN = 24;

  private final Network network;
  private final Card.Input input;
  private final List<String> labels;
  private final Tensors tensors;
  private final float[] values;
  private final FloatBuffer tensor;
  private final List<Long> nanos = new ArrayList<>();
  private final List<Prediction> predictions = new ArrayList<>();
  private final List<Path> pictures = new ArrayList<>();
  private final PriorityQueue<Mistake> mistakes =
      new PriorityQueue<>(Comparator.comparingDouble(Mistake::confidence));

  /**
   * @param network gives logits
   * @param rimmed side of the cuts, in pixels
   */
  Answers(Network network, Card.Input input, List<String> labels, int rimmed) {
    this.network = network;
    this.input = input;
    this.labels = labels;
    this.tensors = new Tensors(input, rimmed, input.width(), Augmentation.NONE);
    this.values = new float[tensors.floats()];
    this.tensor =
        ByteBuffer.allocateDirect(values.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
  }

  @Override
  public void take(byte[] pixels, Example example) {
    int label = example.label();
    tensors.write(pixels, new SplittableRandom(0), values, 0);
    tensor.clear().put(values).clear();
    long start = System.nanoTime();
    float[] logits = network.runBatch(tensor, input.shape(1))[0];
    nanos.add(System.nanoTime() - start);
    Prediction said = new Prediction(label, softmax(logits, 1), people(example));
    predictions.add(said);
    pictures.add(example.picture());
    if (!said.tied() && !said.right()) {
      mistakes.add(
          new Mistake(
              String.valueOf(example.picture().getFileName()),
              labels.get(label),
              labels.get(said.answer()),
              said.confidence(),
              jpeg(tensors.last())));
      if (mistakes.size() > SHOWN) {
        mistakes.remove();
      }
    }
  }

  private static @Nullable People people(Example example) {
    @Nullable Votes votes = example.votes();
    return votes == null ? null : new People(votes.shares(), votes.agreement());
  }

  static List<Double> softmax(float[] logits, double temperature) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit / temperature);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit / temperature - max);
    }
    List<Double> probabilities = new ArrayList<>();
    for (float logit : logits) {
      probabilities.add(Math.exp(logit / temperature - max) / sum);
    }
    return probabilities;
  }

  private Mistake.Jpeg jpeg(byte[] pixels) {
    int type = input.color() == Card.Color.GRAY ? CV_8UC1 : CV_8UC3;
    try (BytePointer bytes = new BytePointer(pixels);
        Mat picture = new Mat(input.height(), input.width(), type, bytes);
        BytePointer jpeg = new BytePointer();
        IntPointer settings = new IntPointer(new int[0])) {
      opencv_imgcodecs.imencode(".jpg", picture, jpeg, settings);
      byte[] encoded = new byte[(int) jpeg.limit()];
      jpeg.get(encoded);
      return new Mistake.Jpeg(encoded);
    }
  }

  /** The median time of a face, in milliseconds, of the network alone. */
  double millis() {
    return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElse(0L) / 1e6;
  }

  List<Prediction> predictions() {
    return predictions;
  }

  /** What was said of the pictures in a folder. */
  List<Prediction> predictions(Path folder) {
    return IntStream.range(0, predictions.size())
        .filter(i -> pictures.get(i).startsWith(folder))
        .mapToObj(predictions::get)
        .toList();
  }

  /** The surest first. */
  List<Mistake> mistakes() {
    return mistakes.stream()
        .sorted(Comparator.comparingDouble(Mistake::confidence).reversed())
        .toList();
  }

  @Override
  public void close() {
    tensors.close();
  }
}
