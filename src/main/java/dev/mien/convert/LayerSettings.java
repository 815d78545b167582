package dev.mien.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The settings of Keras' layers that are read, or that change nothing once a network is trained. A
 * setting that neither is may change every answer: it is refused, never taken for its default.
 */
final class LayerSettings {
  private static final Pattern WITHOUT_EFFECT =
      Pattern.compile(
          "name|trainable|dtype|dtype_policy|autocast|input_dtype|batch_input_shape|batch_shape"
              + "|input_shape|batch_size|shape|sparse|ragged|optional|input_dim|.*_initializer"
              + "|.*_regularizer|.*_constraint|data_format");

  private static final Set<String> CONVOLUTION =
      Set.of(
          "filters",
          "kernel_size",
          "strides",
          "padding",
          "dilation_rate",
          "groups",
          "depth_multiplier",
          "activation",
          "use_bias",
          "rank");
  private static final Set<String> POOL = Set.of("pool_size", "strides", "padding");
  private static final Set<String> DROPOUT = Set.of("rate", "seed", "noise_shape");

  private static final Map<String, Set<String>> KNOWN =
      Map.ofEntries(
          Map.entry("Activation", Set.of("activation")),
          Map.entry("Add", Set.of()),
          Map.entry("AveragePooling2D", POOL),
          Map.entry(
              "BatchNormalization",
              Set.of("axis", "momentum", "epsilon", "center", "scale", "fused", "synchronized")),
          Map.entry("Concatenate", Set.of("axis")),
          Map.entry("Conv2D", CONVOLUTION),
          Map.entry("Dense", Set.of("units", "activation", "use_bias")),
          Map.entry("DepthwiseConv2D", CONVOLUTION),
          Map.entry("Dropout", DROPOUT),
          Map.entry("Flatten", Set.of()),
          Map.entry("GlobalAveragePooling2D", Set.of("keepdims")),
          Map.entry("GlobalMaxPooling2D", Set.of("keepdims")),
          Map.entry("InputLayer", Set.of()),
          Map.entry("LayerNormalization", Set.of("axis", "epsilon", "center", "scale")),
          Map.entry("LeakyReLU", Set.of("alpha", "negative_slope")),
          Map.entry("MaxPooling2D", POOL),
          Map.entry("ReLU", Set.of("max_value", "threshold", "negative_slope")),
          Map.entry("Rescaling", Set.of("scale", "offset")),
          Map.entry("Reshape", Set.of("target_shape")),
          Map.entry("SeparableConv2D", CONVOLUTION),
          Map.entry("Softmax", Set.of("axis")),
          Map.entry("SpatialDropout2D", DROPOUT),
          Map.entry("ZeroPadding2D", Set.of("padding")));

  private LayerSettings() {}

  static Set<String> layers() {
    return KNOWN.keySet();
  }

  /** Settings that are null or false ask for nothing. */
  static void check(String type, String name, JsonNode config) throws ConvertException {
    for (Map.Entry<String, JsonNode> setting : config.properties()) {
      JsonNode value = setting.getValue();
      boolean nothing = value.isNull() || (value.isBoolean() && !value.asBoolean());
      if (!nothing
          && !WITHOUT_EFFECT.matcher(setting.getKey()).matches()
          && !KNOWN.getOrDefault(type, Set.of()).contains(setting.getKey())) {
        throw new ConvertException(
            "layer '%s' (%s) has the setting '%s: %s', which is not known"
                .formatted(name, type, setting.getKey(), value));
      }
    }
    if (config.path("groups").asInt(1) != 1) {
      throw new ConvertException(
          "layer '%s' (%s) has %d groups, expected 1"
              .formatted(name, type, config.path("groups").asInt()));
    }
  }
}
