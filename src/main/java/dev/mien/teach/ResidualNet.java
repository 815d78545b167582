package dev.mien.teach;

import static org.bytedeco.pytorch.global.torch.dropout;
import static org.bytedeco.pytorch.global.torch.relu;

import dev.mien.convert.OnnxGraph;
import dev.mien.convert.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A small residual network (He et al., "Deep Residual Learning for Image Recognition", 2015) for
 * pictures of 32 pixels and more: 3×3 convolutions with batch normalisation, a halving of the
 * picture with each doubling of the channels, one block between halvings, the average over what is
 * left (about 6×6), and one fully connected layer.
 *
 * <p>Input: N×C×H×W, output: N×labels logits.
 */
final class ResidualNet extends Module {
  /** The last map is about this many pixels wide. */
  private static final double LAST_MAP = 6;

  /** PyTorch's own, added to the variance. */
  private static final double EPSILON = 1e-5;

  private final int[] input;
  private final int view;
  private final List<Step> steps = new ArrayList<>();
  private final LinearImpl last;
  private final double dropout;

  /**
   * @param input channels, height, width
   * @param view side of the middle that is answered on, with its mirror image; 0: the whole, once
   * @param width channels of the first layer; the last has six times as many
   * @param dropout of the averaged features while learning, 0..1
   */
  ResidualNet(int[] input, int view, int width, double dropout, int labels) {
    super("net");
    this.input = input.clone();
    this.view = view;
    this.dropout = dropout;
    int halvings =
        Math.max(
            2, (int) Math.round(Math.log(Math.min(input[1], input[2]) / LAST_MAP) / Math.log(2)));
    int channels = width;
    // Large pictures are halved at once by layers without a block: they hold more pixels than news.
    add(input[0], channels, halvings > 3 ? 2 : 1, false);
    for (int extra = 4; extra < halvings; extra++) {
      add(channels, channels, 2, false);
    }
    int wide = width * 3 / 2;
    for (int i = 0; i < Math.min(3, halvings); i++) {
      add(channels, wide, 2, false);
      add(wide, wide, 1, true);
      channels = wide;
      wide *= 2;
    }
    last = register_module("last", new LinearImpl(channels, labels));
  }

  private void add(int from, int to, int stride, boolean residual) {
    String name = "layer" + steps.size();
    steps.add(
        new Step(
            convolution(name, from, to, stride),
            residual ? convolution(name + "b", to, to, 1) : null));
  }

  private Convolution convolution(String name, int from, int to, int stride) {
    try (LongPointer kernel = new LongPointer(3, 3);
        LongPointer step = new LongPointer(stride, stride);
        LongPointer one = new LongPointer(1, 1)) {
      Conv2dOptions options = new Conv2dOptions(from, to, kernel);
      options.stride().put(step);
      options.padding().put(one);
      options.bias().put(false);
      return new Convolution(
          register_module(name, new Conv2dImpl(options)),
          register_module(name + "norm", new BatchNorm2dImpl(new BatchNormOptions(to))),
          stride);
    }
  }

  /** A convolution and its normalisation. */
  private record Convolution(Conv2dImpl weights, BatchNorm2dImpl norm, int stride) {
    Tensor forward(Tensor x) {
      return norm.forward(weights.forward(x));
    }

    /** The same in ONNX, the normalisation folded into weights and bias. */
    String write(OnnxGraph graph, String name, String x) {
      float[] scale = floats(norm.weight());
      float[] shift = floats(norm.bias());
      float[] mean = floats(norm.running_mean());
      float[] variance = floats(norm.running_var());
      for (int c = 0; c < scale.length; c++) {
        scale[c] /= (float) Math.sqrt(variance[c] + EPSILON);
        shift[c] -= mean[c] * scale[c];
      }
      float[] kernel = floats(weights.weight());
      int each = kernel.length / scale.length;
      for (int i = 0; i < kernel.length; i++) {
        kernel[i] *= scale[i / each];
      }
      int[] shape = {scale.length, each / 9, 3, 3};
      return graph.node(
          "Conv",
          name,
          List.of(
              x,
              graph.floats(new Weight(name + "_w", shape, kernel, false)),
              graph.floats(new Weight(name + "_b", new int[] {scale.length}, shift, false))),
          Map.of(
              "kernel_shape", new long[] {3, 3},
              "pads", new long[] {1, 1, 1, 1},
              "strides", new long[] {stride, stride}));
    }
  }

  /** One convolution, or two with a way around the pair: see {@link ResidualNet}. */
  private record Step(Convolution first, @Nullable Convolution second) {
    Tensor forward(Tensor x) {
      Tensor y = relu(first.forward(x));
      return second == null ? y : relu(second.forward(y).add(x));
    }

    String write(OnnxGraph graph, String name, String x) {
      String y = graph.node("Relu", name + "_r", List.of(first.write(graph, name, x)), Map.of());
      if (second == null) {
        return y;
      }
      String sum =
          graph.node("Add", name + "_s", List.of(second.write(graph, name + "b", y), x), Map.of());
      return graph.node("Relu", name + "b_r", List.of(sum), Map.of());
    }
  }

  /** From N×C×H×W to N×labels logits. */
  Tensor forward(Tensor x) {
    Tensor y = x;
    for (Step step : steps) {
      y = step.forward(y);
    }
    y = y.mean(new long[] {2, 3});
    return last.forward(dropout(y, dropout, is_training()));
  }

  /** The same for who only wants to know: of the view and its mirror image, where there is one. */
  Tensor answer(Tensor x) {
    if (view == 0) {
      return forward(x);
    }
    Tensor middle = x.narrow(2, from(input[1]), view).narrow(3, from(input[2]), view);
    return forward(middle).add(forward(middle.flip(3))).mul(new Scalar(0.5f));
  }

  /** Where the view begins. */
  private long from(int side) {
    return (side - (long) view) / 2;
  }

  /** The views and behind them their mirror images, 2N×C×view×view. */
  private String views(OnnxGraph graph, String x) {
    long top = from(input[1]);
    long left = from(input[2]);
    String middle =
        graph.node(
            "Slice",
            "view",
            List.of(
                x,
                graph.longs("view_from", top, left),
                graph.longs("view_to", top + view, left + view),
                graph.longs("view_axes", 2, 3)),
            Map.of());
    String mirrored =
        graph.node(
            "Slice",
            "mirrored",
            List.of(
                middle,
                graph.longs("mirror_from", view - 1L),
                graph.longs("mirror_to", Long.MIN_VALUE),
                graph.longs("mirror_axes", 3),
                graph.longs("mirror_step", -1)),
            Map.of());
    return graph.node("Concat", "both", List.of(middle, mirrored), Map.of("axis", 0L));
  }

  /** The mean of what was said of a view and of its mirror image, N×labels. */
  private static String mean(OnnxGraph graph, String logits, int labels) {
    String pairs =
        graph.node(
            "Reshape", "pairs", List.of(logits, graph.longs("halves", 2, -1, labels)), Map.of());
    return graph.node(
        "ReduceMean", "logits", List.of(pairs), Map.of("axes", new long[] {0}, "keepdims", 0L));
  }

  /**
   * As ONNX: input {@code input} N×C×H×W, output {@code logits} N×labels.
   *
   * @param temperature that the logits are divided by (Guo et al., "On Calibration of Modern Neural
   *     Networks", 2017)
   * @param offsets that are added then, one a label
   */
  byte[] onnx(double temperature, float[] offsets) {
    OnnxGraph graph = new OnnxGraph("net");
    String x = graph.input("input", 0, input[0], input[1], input[2]);
    if (view > 0) {
      x = views(graph, x);
    }
    for (int i = 0; i < steps.size(); i++) {
      x = steps.get(i).write(graph, "layer" + i, x);
    }
    String mean = graph.node("GlobalAveragePool", "mean", List.of(x), Map.of());
    String flat = graph.node("Flatten", "features", List.of(mean), Map.of("axis", 1L));
    float[] weights = divided(floats(last.weight()), temperature);
    float[] bias = divided(floats(last.bias()), temperature);
    for (int k = 0; k < bias.length; k++) {
      bias[k] += offsets[k];
    }
    int[] shape = {bias.length, weights.length / bias.length};
    String out =
        graph.node(
            "Gemm",
            view > 0 ? "each" : "logits",
            List.of(
                flat,
                graph.floats(new Weight("last_w", shape, weights, false)),
                graph.floats(new Weight("last_b", new int[] {bias.length}, bias, false))),
            Map.of("transB", 1L));
    graph.output("logits", view > 0 ? mean(graph, out, bias.length) : out);
    return graph.bytes();
  }

  private static float[] divided(float[] values, double by) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] / by);
    }
    return values;
  }

  @SuppressWarnings("try") // The scope works by being open.
  private static float[] floats(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      float[] values = new float[(int) tensor.numel()];
      tensor.detach().contiguous().data_ptr_float().get(values);
      return values;
    }
  }
}
