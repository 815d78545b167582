package dev.mien.command;

import dev.mien.convert.ConvertException;
import dev.mien.convert.Metadata;
import dev.mien.model.Card;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.io.IOException;
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

  /** How a picture goes into a network, and what of it nobody said. */
  record Pixels(Card.Input input, List<String> assumed) {}

  /**
   * How a picture goes into that network.
   *
   * @param bytes whether it takes whole numbers
   * @throws ConvertException if its input is no picture
   */
  Pixels pixels(Path file, byte[] onnx, boolean bytes) throws IOException {
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
          values != null
              ? Values.parse(values)
              : bytes ? Values.BYTES : teachable ? Values.SIGNED : Values.UNIT;
      List<String> assumed = new ArrayList<>();
      if (color == null && channels == 3 && !teachable) {
        assumed.add("--color rgb");
      }
      if (values == null && !teachable && !bytes) {
        assumed.add("--values " + range.word);
      }
      return new Pixels(
          range.input(first ? Card.Layout.NCHW : Card.Layout.NHWC, (int) width, (int) height, seen),
          assumed);
    }
  }

  /**
   * The card.
   *
   * @param assumed what nobody said, in words
   */
  Card card(Path file, Card.Input input, Card.Output output, List<String> assumed) {
    String about =
        assumed.isEmpty()
            ? ""
            : "Assumed, because nothing says it: %s; if that is wrong, import again with what is right"
                .formatted(String.join(", ", assumed));
    return new Card(
        task,
        about,
        input,
        output,
        0,
        null,
        null,
        licence,
        "imported from " + file.getFileName(),
        "",
        List.of(),
        Map.of());
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
}
