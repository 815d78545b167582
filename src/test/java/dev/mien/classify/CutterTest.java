package dev.mien.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.model.Card;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R38: the tensor is what a plainly written reference makes of the same pixels. */
final class CutterTest {
  private static final int FRAME_WIDTH = 37;
  private static final int FRAME_HEIGHT = 29;
  private static final int SIDE = 8;

  private static byte[] noise() {
    byte[] pixels = new byte[FRAME_WIDTH * FRAME_HEIGHT * 3];
    new Random(1).nextBytes(pixels);
    return pixels;
  }

  /** Boxes of twice the input's size: shrinking by area is then the mean of four pixels. */
  @ParameterizedTest
  @CsvSource({
    "GRAY, NCHW, 5, 6", "RGB, NCHW, 5, 6", "BGR, NCHW, 5, 6", "GRAY, NHWC, 5, 6", "RGB, NHWC, 5, 6",
    "BGR, NHWC, 5, 6", "RGB, NCHW, 0, 0", "RGB, NCHW, 21, 13", "BGR, NHWC, 21, 0",
        "GRAY, NCHW, 0, 13"
  })
  void writesWhatTheReferenceWrites(Card.Color color, Card.Layout layout, int x, int y) {
    boolean gray = color == Card.Color.GRAY;
    List<Double> mean = gray ? List.of(0.3) : List.of(0.1, 0.2, 0.3);
    List<Double> std = gray ? List.of(0.5) : List.of(0.5, 0.25, 2.0);
    double margin = 0.25;
    Card.Input input =
        new Card.Input(layout, SIDE, SIDE, color, 1 / 255.0, mean, std, margin, Card.Fit.GROW);
    byte[] pixels = noise();
    // 16 / 1.5 grows by the margin to 16 pixels.
    double side = 2 * SIDE / 1.5;
    Box box = new Box(x + side * margin, y + side * margin, side, side);
    FloatBuffer tensor = buffer(3 * SIDE * SIDE * color.channels());
    try (Mat image = new Mat(FRAME_HEIGHT, FRAME_WIDTH, opencv_core.CV_8UC3)) {
      image.data().put(pixels);
      try (Frame frame = new Frame(0, 0, image.clone());
          Cutter cutter = new Cutter(input)) {
        cutter.cut(new Crop(frame, box), tensor, 1);
      }
    }
    int channels = color.channels();
    int item = SIDE * SIDE * channels;
    for (int i = 0; i < SIDE; i++) {
      for (int j = 0; j < SIDE; j++) {
        int[] bgr = new int[3];
        for (int c = 0; c < 3; c++) {
          int sum = 0;
          for (int k = 0; k < 4; k++) {
            sum += pixel(pixels, x + 2 * j + k % 2, y + 2 * i + k / 2, c);
          }
          bgr[c] = (sum + 2) / 4;
        }
        for (int c = 0; c < channels; c++) {
          double value =
              switch (color) {
                case GRAY -> Math.round(0.299 * bgr[2] + 0.587 * bgr[1] + 0.114 * bgr[0]);
                case RGB -> bgr[2 - c];
                case BGR -> bgr[c];
              };
          double expected = (value / 255 - mean.get(c)) / std.get(c);
          int at =
              layout == Card.Layout.NCHW
                  ? (c * SIDE + i) * SIDE + j
                  : (i * SIDE + j) * channels + c;
          // OpenCV may round a half or its gray's fixed point the other way: one level of 255.
          double level = 1.001 / 255 / std.get(c);
          assertThat((double) tensor.get(item + at))
              .as("%s %s row %d column %d channel %d", color, layout, i, j, c)
              .isCloseTo(expected, within(gray ? level : 1e-5));
        }
      }
    }
    for (int i = 0; i < item; i++) {
      assertThat(tensor.get(i)).as("the item before").isZero();
      assertThat(tensor.get(2 * item + i)).as("the item after").isZero();
    }
  }

  /** What lies outside repeats the edge. */
  private static int pixel(byte[] pixels, int x, int y, int channel) {
    int column = Math.min(Math.max(x, 0), FRAME_WIDTH - 1);
    int row = Math.min(Math.max(y, 0), FRAME_HEIGHT - 1);
    return Byte.toUnsignedInt(pixels[(row * FRAME_WIDTH + column) * 3 + channel]);
  }

  private static FloatBuffer buffer(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** A face cut off by the frame's edge: the cut is 16x16, 4 pixels of it beyond the frame. */
  @ParameterizedTest
  @CsvSource({"0, 6", "6, 0"})
  void repeatsTheEdge(int x, int y) {
    Card.Input input =
        new Card.Input(
            Card.Layout.NCHW, 16, 16, Card.Color.BGR, 1, List.of(), List.of(), 0, Card.Fit.GROW);
    byte[] pixels = noise();
    Box box = x == 0 ? new Box(0, y, 8, 16) : new Box(x, 0, 16, 8);
    FloatBuffer tensor = buffer(3 * 16 * 16);
    try (Mat image = new Mat(FRAME_HEIGHT, FRAME_WIDTH, opencv_core.CV_8UC3)) {
      image.data().put(pixels);
      try (Frame frame = new Frame(0, 0, image.clone());
          Cutter cutter = new Cutter(input)) {
        cutter.cut(new Crop(frame, box), tensor, 0);
      }
    }
    int left = x == 0 ? -4 : x;
    int top = y == 0 ? -4 : y;
    for (int i = 0; i < 16; i++) {
      for (int j = 0; j < 16; j++) {
        for (int c = 0; c < 3; c++) {
          assertThat(tensor.get((c * 16 + i) * 16 + j))
              .isEqualTo((float) pixel(pixels, left + j, top + i, c));
        }
      }
    }
  }
}
