package dev.mien.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.mien.onnx.Device;
import dev.mien.onnx.Nets;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class QuantizedTest {
  private static byte[] emotion() throws IOException {
    return Files.readAllBytes(Path.of("src/test/resources/models/emotion/model.onnx"));
  }

  /** Soft blobs of light, -1..1. */
  private static List<float[]> pictures(int count, int side, int channels) {
    List<float[]> pictures = new ArrayList<>();
    Random random = new Random(7);
    for (int n = 0; n < count; n++) {
      float[] picture = new float[side * side * channels];
      for (int blob = 0; blob < 6; blob++) {
        double x = random.nextDouble() * side;
        double y = random.nextDouble() * side;
        double light = random.nextDouble() * 2 - 1;
        double size = side * (0.1 + 0.3 * random.nextDouble());
        for (int i = 0; i < picture.length; i++) {
          double away = Math.hypot(i % side - x, i / side % side - y) / size;
          picture[i] += (float) (light * Math.exp(-away * away));
        }
      }
      for (int i = 0; i < picture.length; i++) {
        picture[i] = Math.max(-1, Math.min(1, picture[i]));
      }
      pictures.add(picture);
    }
    return pictures;
  }

  private static float[][] answers(byte[] onnx, List<float[]> inputs, long... shape)
      throws IOException {
    FloatBuffer batch =
        ByteBuffer.allocateDirect(inputs.size() * inputs.get(0).length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    inputs.forEach(batch::put);
    try (Network network = Network.open("net", onnx, Device.CPU)) {
      return network.runBatch(batch, shape);
    }
  }

  private static double furthest(float[][] a, float[][] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < a[i].length; k++) {
        most = Math.max(most, Math.abs(a[i][k] - b[i][k]));
      }
    }
    return most;
  }

  private static Stream<NodeProto> nodes(byte[] onnx) throws IOException {
    return ModelProto.parseFrom(onnx).getGraph().getNodeList().stream();
  }

  @Test
  void halvesTheFileAndHardlyTheAnswers() throws IOException {
    byte[] small = Quantized.fp16(emotion());
    assertThat(small.length).isLessThan((int) (0.55 * emotion().length));
    List<float[]> pictures = pictures(20, 64, 1);
    float[][] before = answers(emotion(), pictures, 20, 1, 64, 64);
    assertThat(furthest(before, answers(small, pictures, 20, 1, 64, 64))).isLessThan(0.005);
  }

  /** Every product, sum and pool of the network between two steps, so that none stays in floats. */
  @Test
  void countsInEightBits() throws IOException {
    byte[] small = Quantized.int8(emotion(), pictures(40, 64, 1));
    assertThat(small.length).isLessThan((int) (0.35 * emotion().length));
    List<String> up =
        nodes(small)
            .filter(n -> n.getOpType().equals("DequantizeLinear"))
            .map(n -> n.getOutput(0))
            .toList();
    assertThat(nodes(small).filter(n -> List.of("Conv", "Add").contains(n.getOpType())))
        .hasSize(15)
        .allSatisfy(n -> assertThat(up).containsAll(n.getInputList()));
    List<float[]> pictures = pictures(60, 64, 1);
    float[][] before = answers(emotion(), pictures, 60, 1, 64, 64);
    float[][] after = answers(small, pictures, 60, 1, 64, 64);
    assertThat(furthest(before, after)).isLessThan(0.25);
    long same = IntStream.range(0, 60).filter(i -> top(before[i]) == top(after[i])).count();
    assertThat(same).isGreaterThanOrEqualTo(54);
    assertThat(Quantized.int8(emotion(), pictures(40, 64, 1))).isEqualTo(small);
  }

  private static int top(float[] row) {
    int top = 0;
    for (int i = 1; i < row.length; i++) {
      top = row[i] > row[top] ? i : top;
    }
    return top;
  }

  /** Products of matrices, and operations that stay in floats between them. */
  @Test
  void leavesInFloatsWhatItMust() throws IOException {
    byte[] onnx = Nets.opinions(3, 16, 5, false);
    List<float[]> pictures = pictures(40, 16, 3);
    byte[] small = Quantized.int8(onnx, pictures);
    float[][] before = answers(onnx, pictures, 40, 3, 16, 16);
    float[][] after = answers(small, pictures, 40, 3, 16, 16);
    assertThat(furthest(before, after)).isLessThan(0.05);
    assertThat(nodes(small).map(NodeProto::getOpType)).contains("Tanh");
  }

  /**
   * The largest weights meet the brightest pictures: sums that would not fit into 16 bits twice.
   */
  @Test
  void sumsWithoutSaturating() throws IOException {
    OnnxGraph graph = new OnnxGraph("bright");
    float[] kernel = new float[16 * 8 * 3 * 3];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = i / (8 * 9) % 2 == 0 ? 1 : -1;
    }
    String conv =
        graph.node(
            "Conv",
            "sums",
            List.of(
                graph.input("picture", 0, 8, 12, 12),
                graph.floats(new Weight("kernel", new int[] {16, 8, 3, 3}, kernel, false))),
            Map.of("kernel_shape", new long[] {3, 3}));
    String mean = graph.node("GlobalAveragePool", "mean", List.of(conv), Map.of());
    graph.output("out", graph.node("Flatten", "flat", List.of(mean), Map.of("axis", 1L)));
    byte[] onnx = graph.bytes();
    List<float[]> pictures = pictures(10, 12, 8);
    for (float[] picture : pictures) {
      for (int i = 0; i < picture.length; i++) {
        picture[i] = picture[i] > -0.8 ? 1 : 0;
      }
    }
    float[][] before = answers(onnx, pictures, 10, 8, 12, 12);
    assertThat(before[0][0]).isGreaterThan(40);
    byte[] small = Quantized.int8(onnx, pictures);
    assertThat(furthest(before, answers(small, pictures, 10, 8, 12, 12))).isLessThan(1);
    byte[] others = withAllEightBits(small);
    assertThat(furthest(before, answers(others, pictures, 10, 8, 12, 12))).isLessThan(1);
  }

  /** The same as others would write it: weights up to 127, about which nothing is promised. */
  private static byte[] withAllEightBits(byte[] onnx) throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(onnx).toBuilder().clearMetadataProps();
    for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getName().endsWith("/weight/eight")) {
        byte[] weights = tensor.getRawData().toByteArray();
        for (int i = 0; i < weights.length; i++) {
          weights[i] = (byte) Math.min(127, Math.max(-127, 2 * weights[i]));
        }
        tensor.setRawData(ByteString.copyFrom(weights));
      } else if (tensor.getName().endsWith("/weight/scale")) {
        float[] scales = Constants.floats(tensor.build());
        for (int i = 0; i < scales.length; i++) {
          scales[i] /= 2;
        }
        tensor.mergeFrom(
            Constants.floats(tensor.getName(), scales).toBuilder().clearDims().build());
      }
    }
    return model.build().toByteArray();
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    assertThatThrownBy(() -> Quantized.fp16(new byte[] {1, 2, 3}))
        .isInstanceOf(ConvertException.class)
        .hasMessageContaining("not ONNX");
    byte[] onnx = emotion();
    assertThatThrownBy(() -> Quantized.int8(onnx, List.of()))
        .isInstanceOf(ConvertException.class)
        .hasMessageContaining("no inputs");
  }

  @Test
  void roundsToTheNearestHalf() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Half.value((short) bits);
      if (!Float.isNaN(value)) {
        assertThat(Half.of(value)).isEqualTo((short) bits);
      }
    }
    assertThat(Half.of(1 + 0x1p-11f)).as("a tie goes to even").isEqualTo((short) 0x3c00);
    assertThat(Half.of(1 + 0x1.8p-10f)).isEqualTo((short) 0x3c02);
    assertThat(Half.of(1e6f)).isEqualTo((short) 0x7c00);
    assertThat(Half.of(-0x1p-25f)).isEqualTo((short) 0x8000);
  }

  @Test
  void findsTheStepOfARange() {
    Range even = new Range();
    float[] values = new float[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = -1 + i / 250f;
    }
    even.widen(values);
    even.count(values);
    assertThat(even.step().scale()).isCloseTo(4f / 255, within(1e-3f));
    assertThat(even.step().zero()).isCloseTo(64, within(1));
    // One value far away of a hundred thousand is cut off.
    float[] far = new float[100_000];
    for (int i = 0; i < far.length; i++) {
      far[i] = i % 1000 / 1000f;
    }
    far[7] = 3;
    Range cut = new Range();
    cut.widen(far);
    cut.count(far);
    assertThat(cut.step().scale()).isLessThan(2.8f / 255);
    assertThat(cut.step().zero()).isZero();
    Range silent = new Range();
    silent.widen(new float[] {0});
    silent.count(new float[] {0});
    assertThat(silent.step()).isEqualTo(new Range.Step(1, 0));
  }
}
