package dev.mien.detect;

import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * YuNet's network, whoever computes it. It takes 1 x 3 x height x width, BGR, 0..255, both sides
 * multiples of 32. For one thread.
 */
interface YuNetNetwork extends AutoCloseable {
  /** A cell of each grid, in pixels. */
  List<Integer> STRIDES = List.of(8, 16, 32);

  int LARGEST_STRIDE = 32;

  /** What it says: a class score, an objectness, a box, five points. */
  List<String> PARTS = List.of("cls", "obj", "bbox", "kps");

  /** Values of each part for one cell. */
  List<Integer> DEPTHS = List.of(1, 1, 4, 10);

  /** Names of the outputs: for each part those of all strides. */
  List<String> OUTPUTS =
      PARTS.stream().flatMap(p -> STRIDES.stream().map(s -> p + "_" + s)).toList();

  /** How many values an output has for a picture of this size. */
  static int values(int output, int width, int height) {
    int stride = STRIDES.get(output % STRIDES.size());
    return width / stride * (height / stride) * DEPTHS.get(output / STRIDES.size());
  }

  /**
   * The {@link #OUTPUTS}, cells in row-major order; good until the next call.
   *
   * @param picture 8 bits, BGR, its sides multiples of 32
   */
  List<FloatBuffer> forward(Mat picture);

  /** As in {@link Detector#engine}. */
  String engine();

  @Override
  void close();
}
