package dev.mien.command;

import dev.mien.convert.ConvertException;
import dev.mien.convert.Metadata;
import dev.mien.model.Card;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The card of a network that came without one: what its file tells, what was said of it, and what
 * is assumed where neither says a thing.
 *
 * @param color gray, rgb or bgr
 * @param values 0..1, -1..1, 0..255 or imagenet
 */
record ImportedCard(String task, @Nullable String color, @Nullable String values, String licence) {
  /** How the values 0..255 of a picture go into the network. */
  @SuppressWarnings("ImmutableEnumChecker") // List.of cannot be changed.
  enum Values {
    UNIT("0..1", 1 / 255.0, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)),
    SIGNED("-1..1", 1 / 127.5, List.of(1.0, 1.0, 1.0), List.of(1.0, 1.0, 1.0)),
    BYTES("0..255", 1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)),
    IMAGENET("imagenet", 1 / 255.0, List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

    private final String word;
    private final double scale;
    private final List<Double> mean;
    private final List<Double> std;

    Values(String word, double scale, List<Double> mean, List<Double> std) {
      this.word = word;
      this.scale = scale;
      this.mean = mean;
      this.std = std;
    }

    static Values parse(String word) {
      return Arrays.stream(values())
          .filter(v -> v.word.equals(word))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "--values is '%s', expected 0..1, -1..1, 0..255 or imagenet"
                          .formatted(word)));
    }

    Card.Input input(Card.Layout layout, int width, int height, Card.Color color) {
      int channels = color.channels();
      List<Double> means = new ArrayList<>(mean.subList(0, channels));
      List<Double> stds = new ArrayList<>(std.subList(0, channels));
      if (color == Card.Color.BGR) {
        Collections.reverse(means);
        Collections.reverse(stds);
      }
      return new Card.Input(layout, width, height, color, scale, means, stds, 0, Card.Fit.GROW);
    }
  }

  /**
   * Of that network.
   *
   * @throws ConvertException if its input is no picture
   */
  Card describe(Path file, byte[] onnx) throws IOException {
    boolean teachable = Metadata.isTeachable(file.resolveSibling("metadata.json"));
    try (Network opened = Network.open(file.toString(), onnx, Device.CPU)) {
      List<Long> shape = opened.input().shape();
      boolean first = shape.size() == 4 && channels(shape.get(1));
      boolean last = shape.size() == 4 && channels(shape.get(3));
      long width = first ? shape.get(3) : last ? shape.get(2) : -1;
      long height = first ? shape.get(2) : last ? shape.get(1) : -1;
      if (width < 1 || height < 1) {
        throw new ConvertException(
            ("%s: its input is %s, which is no picture of one size with 1 or 3 channels (-1: any);"
                    + " say with --card what it is")
                .formatted(file, shape));
      }
      int channels = Math.toIntExact(shape.get(first ? 1 : 3));
      Card.Color seen =
          color != null ? parseColor(color) : channels == 1 ? Card.Color.GRAY : Card.Color.RGB;
      Values range =
          values != null ? Values.parse(values) : teachable ? Values.SIGNED : Values.UNIT;
      Card.Input input =
          range.input(first ? Card.Layout.NCHW : Card.Layout.NHWC, (int) width, (int) height, seen);
      List<String> assumed = new ArrayList<>();
      if (color == null && channels == 3 && !teachable) {
        assumed.add("--color rgb");
      }
      if (values == null && !teachable) {
        assumed.add("--values " + range.word);
      }
      String about =
          assumed.isEmpty()
              ? ""
              : "Assumed, because nothing says it: %s; if that is wrong, import again with what is right"
                  .formatted(String.join(", ", assumed));
      return new Card(
          task,
          about,
          input,
          output(opened, input),
          0,
          null,
          licence,
          "imported from " + file.getFileName(),
          "",
          List.of(),
          Map.of());
    }
  }

  private static boolean channels(long size) {
    return size == 1 || size == 3;
  }

  private static Card.Color parseColor(String word) {
    return switch (word) {
      case "gray" -> Card.Color.GRAY;
      case "rgb" -> Card.Color.RGB;
      case "bgr" -> Card.Color.BGR;
      default ->
          throw new IllegalArgumentException(
              "--color is '%s', expected gray, rgb or bgr".formatted(word));
    };
  }

  /** Probabilities add up to one, whatever is asked. */
  private static Card.Output output(Network network, Card.Input input) {
    long batch = Math.max(1, network.input().shape().get(0));
    int floats = input.width() * input.height() * input.color().channels();
    FloatBuffer tensor =
        ByteBuffer.allocateDirect(Math.toIntExact(batch * floats * Float.BYTES))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    boolean probabilities = true;
    for (int kind = 0; kind < 3; kind++) {
      for (int i = 0; i < tensor.capacity(); i++) {
        tensor.put(i, kind == 0 ? 0 : (float) Math.sin(i * 0.01 * kind));
      }
      double sum = 0;
      for (float value : network.runBatch(tensor, input.shape(1))[0]) {
        sum += value < 0 ? Double.NaN : value;
      }
      probabilities &= Math.abs(sum - 1) < 1e-3;
    }
    return probabilities ? Card.Output.PROBABILITIES : Card.Output.LOGITS;
  }
}
