package dev.mien.convert;

import java.util.Arrays;
import java.util.Map;

/** Where the axes of a picture go when its channels, last in TensorFlow, come first. */
final class Axes {
  /** Axes of a picture, channels last to channels first, and back. */
  static final int[] TO_FIRST = {0, 3, 1, 2};

  static final int[] TO_LAST = {0, 2, 3, 1};

  /** Where TensorFlow's axes of a picture are when the channels come first. */
  static final int[] MOVED = {0, 2, 3, 1};

  private Axes() {}

  /** Strides and padding of a window that slides over a picture. */
  static void window(TfNode node, Map<String, Object> attributes) throws ConvertException {
    long[] strides = node.longs("strides");
    attributes.put("strides", new long[] {strides[1], strides[2]});
    String padding = node.text("padding", "VALID");
    switch (padding) {
      case "SAME" -> attributes.put("auto_pad", "SAME_UPPER");
      case "VALID" -> attributes.put("auto_pad", "VALID");
      case "EXPLICIT" -> {
        long[] pads = node.longs("explicit_paddings");
        attributes.put("pads", new long[] {pads[2], pads[4], pads[3], pads[5]});
      }
      default ->
          throw new ConvertException(
              "'%s': the padding %s is not known".formatted(node.name(), padding));
    }
  }

  static long[] of(long[] axes, int rank) {
    return Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).sorted().toArray();
  }

  static long[] moved(long[] axes) {
    return Arrays.stream(axes).map(a -> MOVED[(int) a]).sorted().toArray();
  }

  static void channelsLast(TfNode node) throws ConvertException {
    String format = node.text("data_format", "NHWC");
    if (!format.equals("NHWC")) {
      throw new ConvertException(
          "'%s': data_format is %s, expected NHWC".formatted(node.name(), format));
    }
  }
}
