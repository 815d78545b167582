package dev.mien.classify;

import dev.mien.model.Card;
import java.nio.FloatBuffer;

/** How much of a crop's contrast is in its finest detail. */
final class Detail {
  private Detail() {}

  /**
   * The mean difference of a pixel from the mean of its four neighbours, over the mean difference
   * of a pixel from that of all; of the first channel. A plain picture has none.
   *
   * @param index of the crop in the tensor
   */
  static double of(FloatBuffer tensor, int index, Card.Input input) {
    int width = input.width();
    int height = input.height();
    int channels = input.color().channels();
    int step = input.layout() == Card.Layout.NCHW ? 1 : channels;
    int from = index * width * height * channels;
    double sum = 0;
    for (int p = 0; p < width * height; p++) {
      sum += tensor.get(from + p * step);
    }
    double mean = sum / (width * height);
    double contrast = 0;
    double fine = 0;
    for (int y = 1; y < height - 1; y++) {
      for (int x = 1; x < width - 1; x++) {
        int at = from + (y * width + x) * step;
        float value = tensor.get(at);
        float around =
            tensor.get(at - step)
                + tensor.get(at + step)
                + tensor.get(at - width * step)
                + tensor.get(at + width * step);
        fine += Math.abs(value - around / 4);
        contrast += Math.abs(value - mean);
      }
    }
    return contrast > 0 ? Math.min(1, fine / contrast) : 0;
  }
}
