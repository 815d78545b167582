package dev.mien.teach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.classify.Cutter;
import dev.mien.dataset.Augmentation;
import dev.mien.dataset.Dataset;
import dev.mien.dataset.Example;
import dev.mien.model.Card;
import dev.mien.source.Still;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A network sees live what it learnt from")
class LiveEqualsTrainingTest {
  private static final int SIDE = 40;

  @ParameterizedTest(name = "every number of a picture of {2} pixels, {0}, contrast {1}")
  @CsvSource({
    "GRAY, NONE, 40",
    "GRAY, EQUALIZED, 23",
    "GRAY, STANDARDIZED, 97",
    "RGB, NONE, 97",
    "BGR, EQUALIZED, 40",
    "RGB, STANDARDIZED, 23",
  })
  void bytes(Card.Color color, Card.Contrast contrast, int side, @TempDir Path folder)
      throws Exception {
    Path picture = folder.resolve("face.png");
    byte[] pixels = new byte[side * side * 3];
    new SplittableRandom(7).nextBytes(pixels);
    try (BytePointer bytes = new BytePointer(pixels);
        Mat image = new Mat(side, side, opencv_core.CV_8UC3, bytes)) {
      opencv_imgcodecs.imwrite(picture.toString(), image);
    }
    List<Double> halves = List.of(0.5, 0.4, 0.3).subList(0, color.channels());
    Card.Input input =
        new Card.Input(
            Card.Layout.NCHW,
            SIDE,
            SIDE,
            color,
            1 / 255.0,
            halves,
            halves,
            0,
            Card.Fit.GROW,
            contrast);
    float[] live = new float[SIDE * SIDE * color.channels()];
    try (Cutter cutter = new Cutter(input);
        Mat image = Still.read(picture)) {
      FloatBuffer tensor =
          ByteBuffer.allocateDirect(live.length * Float.BYTES)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      cutter.write(image, tensor, 0);
      tensor.get(live);
    }
    float[] learnt = new float[live.length];
    try (Cutting cutting = new Cutting(input, null)) {
      Crops crops =
          cutting.all(
              new Dataset(List.of("a"), List.of(new Example(picture, null, 0))), done -> {});
      try (Tensors tensors = new Tensors(input, crops.side(), SIDE, Augmentation.NONE)) {
        tensors.write(crops.pixels(0), new SplittableRandom(0), learnt, 0);
      }
    }
    assertThat(learnt).containsExactly(live);
  }
}
