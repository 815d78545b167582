package dev.mien.crop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import dev.mien.model.Card;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The numbers of a face")
class FaceTensorTest {
  private static final int SIDE = 16;

  private static float[] tensor(Card.Color color, Card.Contrast contrast, byte[] pixels) {
    Card.Input input =
        new Card.Input(
            Card.Layout.NCHW,
            SIDE,
            SIDE,
            color,
            1,
            List.of(),
            List.of(),
            0,
            Card.Fit.GROW,
            contrast);
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(pixels.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    try (BytePointer bytes = new BytePointer(pixels);
        Mat cut = new Mat(SIDE, SIDE, color.channels() == 1 ? CV_8UC1 : CV_8UC3, bytes);
        FaceTensor tensor = new FaceTensor(input)) {
      tensor.write(cut, buffer, 0);
    }
    float[] values = new float[pixels.length];
    buffer.get(values);
    return values;
  }

  private static byte[] pixels(int channels, double contrast, int brightness) {
    SplittableRandom random = new SplittableRandom(5);
    byte[] pixels = new byte[SIDE * SIDE * channels];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) Math.round(brightness + contrast * random.nextInt(40) * 2);
    }
    return pixels;
  }

  private static double[] spread(float[] values) {
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += value * value;
    }
    double mean = sum / values.length;
    return new double[] {mean, Math.sqrt(squares / values.length - mean * mean)};
  }

  @ParameterizedTest(name = "standardized have mean 127.5 and deviation 64, {0}")
  @EnumSource(Card.Color.class)
  void standardized(Card.Color color) {
    double[] spread =
        spread(tensor(color, Card.Contrast.STANDARDIZED, pixels(color.channels(), 1, 90)));
    assertThat(spread[0]).isCloseTo(127.5, within(1e-3));
    assertThat(spread[1]).isCloseTo(64, within(1e-3));
  }

  @Test
  @DisplayName("standardized are the same in another light")
  void light() {
    assertThat(tensor(Card.Color.GRAY, Card.Contrast.STANDARDIZED, pixels(1, 0.5, 30)))
        .containsExactly(
            tensor(Card.Color.GRAY, Card.Contrast.STANDARDIZED, pixels(1, 1.5, 100)),
            within(1e-3f));
  }

  @Test
  @DisplayName("of a flat cut are finite, and its noise is not blown up")
  void flat() {
    byte[] pixels = new byte[SIDE * SIDE];
    Arrays.fill(pixels, (byte) 7);
    assertThat(tensor(Card.Color.GRAY, Card.Contrast.STANDARDIZED, pixels)).containsOnly(127.5f);
    pixels[0] = 8;
    assertThat(tensor(Card.Color.GRAY, Card.Contrast.STANDARDIZED, pixels)[0])
        .isCloseTo(135.5f, within(0.1f));
  }

  @Test
  @DisplayName("equalised use the whole range")
  void equalized() {
    float[] values = tensor(Card.Color.GRAY, Card.Contrast.EQUALIZED, pixels(1, 0.4, 90));
    assertThat(values).contains(0f).contains(255f);
    float[] colours = tensor(Card.Color.BGR, Card.Contrast.EQUALIZED, pixels(3, 0.4, 90));
    assertThat(spread(colours)[1])
        .isGreaterThan(spread(tensor(Card.Color.BGR, Card.Contrast.NONE, pixels(3, 0.4, 90)))[1]);
  }

  @Test
  @DisplayName("stay as they are where the card says nothing of contrast")
  void none() {
    float[] values = tensor(Card.Color.GRAY, Card.Contrast.NONE, pixels(1, 1, 90));
    for (int i = 0; i < values.length; i++) {
      assertThat(values[i]).isEqualTo(pixels(1, 1, 90)[i] & 0xff);
    }
  }
}
