package dev.mien.teach;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import dev.mien.crop.FaceTensor;
import dev.mien.dataset.Augmentation;
import dev.mien.dataset.Augmenter;
import dev.mien.model.Card;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** Turns rimmed cuts into a network's numbers, as a card wants them. For one thread at a time. */
final class Tensors implements AutoCloseable {
  private final Card.Input input;
  private final int rimmed;
  private final int size;
  private final Augmenter augmenter;
  private final byte[] pixels;
  private final FaceTensor face;
  private final FloatBuffer tensor;

  /**
   * @param input colour, scale and layout; its size does not count
   * @param rimmed side of the cuts, in pixels
   * @param size side of what comes out
   */
  Tensors(Card.Input input, int rimmed, int size, Augmentation augmentation) {
    this.input = input;
    this.rimmed = rimmed;
    this.size = size;
    this.augmenter = new Augmenter(augmentation, size, size);
    this.pixels = new byte[floats()];
    this.face = new FaceTensor(input);
    this.tensor =
        ByteBuffer.allocateDirect(floats() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
  }

  /** Numbers of one cut. */
  int floats() {
    return input.color().channels() * size * size;
  }

  /** Writes a cut, varied, to {@code values} from {@code at} on. */
  void write(byte[] cut, RandomGenerator random, float[] values, int at) {
    int channels = input.color().channels();
    try (BytePointer bytes = new BytePointer(cut);
        Mat picture = new Mat(rimmed, rimmed, channels == 1 ? CV_8UC1 : CV_8UC3, bytes)) {
      Mat varied = augmenter.vary(picture, random);
      varied.data().get(pixels);
      face.write(varied, tensor, 0);
      tensor.get(0, values, at, floats());
    }
  }

  /** The varied pixels that were written last, gray or BGR. */
  byte[] last() {
    return pixels.clone();
  }

  @Override
  public void close() {
    augmenter.close();
    face.close();
  }
}
