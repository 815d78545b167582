package dev.mien.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Writes single layers of Keras as operations of TensorFlow. */
final class Lowering {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode NONE = JSON.createObjectNode();
  private static final double LEAKY_SLOPE = 0.3;
  private static final Map<String, String> ACTIVATIONS =
      Map.of(
          "relu", "Relu",
          "relu6", "Relu6",
          "softmax", "Softmax",
          "sigmoid", "Sigmoid",
          "tanh", "Tanh",
          "elu", "Elu",
          "exponential", "Exp");

  private final Map<String, Weight> weights;
  private final Map<String, TfNode> nodes = new LinkedHashMap<>();
  private final Map<String, Integer> ranks = new HashMap<>();

  /**
   * @param weights what the layers need besides is added
   */
  Lowering(Map<String, Weight> weights) {
    this.weights = weights;
  }

  Map<String, TfNode> nodes() {
    return nodes;
  }

  /** The input of the whole, as a layer describes it. */
  String input(JsonNode layer, String name) throws ConvertException {
    JsonNode config = layer.path("config");
    JsonNode shape =
        config.has("batch_input_shape")
            ? config.path("batch_input_shape")
            : config.path("batch_shape");
    if (!shape.isArray()) {
      throw new ConvertException(
          "layer '%s' has no input and no batch_input_shape".formatted(name));
    }
    ObjectNode attributes = JSON.createObjectNode();
    ArrayNode dims = attributes.putObject("shape").putObject("shape").putArray("dim");
    shape.forEach(size -> dims.addObject().put("size", size.isNull() ? -1 : size.asInt()));
    return put("Placeholder", name, shape.size(), List.of(), attributes);
  }

  /** The tensor that comes out of a layer that is no model. */
  String layer(JsonNode layer, List<String> inputs, String name, String at)
      throws ConvertException {
    String type = layer.path("class_name").asText();
    JsonNode config = layer.path("config");
    LayerSettings.check(type, name, config);
    if (type.equals("InputLayer")) {
      return inputs.isEmpty() ? input(layer, at) : inputs.get(0);
    }
    if (inputs.isEmpty()) {
      throw new ConvertException("layer '%s' has no input".formatted(name));
    }
    String x = inputs.get(0);
    int rank = ranks.getOrDefault(x, 0);
    if (!config.path("data_format").asText("channels_last").equals("channels_last")) {
      throw new ConvertException("layer '%s' has its channels first".formatted(name));
    }
    return switch (type) {
      case "Dropout", "SpatialDropout2D" -> x;
      case "Activation" -> activated(config, x, at, rank);
      case "ReLU" -> relu(config, x, at, rank, name);
      case "LeakyReLU" -> {
        // Keras 3 calls it negative_slope.
        double slope =
            config.path("negative_slope").asDouble(config.path("alpha").asDouble(LEAKY_SLOPE));
        ObjectNode attributes = JSON.createObjectNode();
        attributes.putObject("alpha").put("f", slope);
        yield put("LeakyRelu", at, rank, List.of(x), attributes);
      }
      case "Softmax" -> {
        checkLastAxis(config, rank, name);
        yield put("Softmax", at, rank, List.of(x), JSON.createObjectNode());
      }
      case "Rescaling" -> {
        String scaled =
            put("Mul", at + "/scaled", rank, List.of(x, numbers(config, "scale", 1, at)), NONE);
        yield put("AddV2", at, rank, List.of(scaled, numbers(config, "offset", 0, at)), NONE);
      }
      case "LayerNormalization" -> layerNormalised(config, x, at, name, rank);
      case "Add" -> sum(inputs, at, rank);
      case "Concatenate" -> {
        List<String> all = new ArrayList<>(inputs);
        all.add(constant(at + "/axis", config.path("axis").asInt(-1)));
        yield put("ConcatV2", at, rank, all, JSON.createObjectNode());
      }
      case "Flatten" -> reshaped(at, x, 0, -1);
      case "Reshape" -> {
        List<Integer> shape = new ArrayList<>(List.of(0));
        config.path("target_shape").forEach(size -> shape.add(size.asInt(-1)));
        yield reshaped(at, x, shape.stream().mapToInt(n -> n).toArray());
      }
      case "ZeroPadding2D" -> padded(config, x, at);
      case "MaxPooling2D" -> pooled("MaxPool", config, x, at);
      case "AveragePooling2D" -> pooled("AvgPool", config, x, at);
      case "GlobalAveragePooling2D" -> global("Mean", config, x, at);
      case "GlobalMaxPooling2D" -> global("Max", config, x, at);
      case "BatchNormalization" -> normalised(config, x, at, name, rank);
      case "Dense" -> {
        String product =
            put(
                "MatMul",
                at + "/MatMul",
                rank,
                List.of(x, weight(name, "kernel")),
                JSON.createObjectNode());
        yield finished(config, product, at, name, rank);
      }
      case "Conv2D" ->
          finished(config, convolved("Conv2D", config, x, at, weight(name, "kernel")), at, name, 4);
      case "DepthwiseConv2D" ->
          finished(
              config,
              convolved("DepthwiseConv2dNative", config, x, at, weight(name, "depthwise_kernel")),
              at,
              name,
              4);
      default -> separable(config, x, at, name);
    };
  }

  private String separable(JsonNode config, String x, String at, String name)
      throws ConvertException {
    String depth =
        convolved(
            "DepthwiseConv2dNative", config, x, at + "/depth", weight(name, "depthwise_kernel"));
    ObjectNode point = JSON.createObjectNode().put("padding", "valid");
    String all = convolved("Conv2D", point, depth, at, weight(name, "pointwise_kernel"));
    return finished(config, all, at, name, 4);
  }

  private String convolved(String op, JsonNode config, String x, String at, String kernel) {
    ObjectNode attributes = window(config, config.path("strides"));
    JsonNode rate = config.path("dilation_rate");
    set(attributes, "dilations", 1, first(rate, 1), second(rate, 1), 1);
    return put(op, at + "/" + op, 4, List.of(x, kernel), attributes);
  }

  private String pooled(String op, JsonNode config, String x, String at) {
    JsonNode size = config.path("pool_size");
    JsonNode strides = config.path("strides");
    ObjectNode attributes =
        window(config, strides.isNull() || strides.isMissingNode() ? size : strides);
    set(attributes, "ksize", 1, first(size, 2), second(size, 2), 1);
    return put(op, at, 4, List.of(x), attributes);
  }

  private static ObjectNode window(JsonNode config, JsonNode strides) {
    ObjectNode attributes = JSON.createObjectNode();
    set(attributes, "strides", 1, first(strides, 1), second(strides, 1), 1);
    String padding = config.path("padding").asText("valid").toUpperCase(Locale.ROOT);
    attributes.putObject("padding").put("s", base64(padding));
    return attributes;
  }

  private String global(String op, JsonNode config, String x, String at) {
    ObjectNode attributes = JSON.createObjectNode();
    boolean keep = config.path("keepdims").asBoolean(false);
    attributes.putObject("keep_dims").put("b", keep);
    return put(op, at, keep ? 4 : 2, List.of(x, constant(at + "/axes", 1, 2)), attributes);
  }

  private String padded(JsonNode config, String x, String at) {
    JsonNode padding = config.path("padding");
    int[] sides = new int[4];
    for (int i = 0; i < 4; i++) {
      JsonNode side = padding.isInt() ? padding : padding.path(i / 2);
      sides[i] = side.isInt() ? side.asInt() : side.path(i % 2).asInt();
    }
    String pads =
        put(
            new Weight(
                at + "/pads",
                new int[] {4, 2},
                new float[] {0, 0, sides[0], sides[1], sides[2], sides[3], 0, 0},
                true));
    return put("Pad", at, 4, List.of(x, pads), JSON.createObjectNode());
  }

  private String sum(List<String> inputs, String at, int rank) {
    String sum = inputs.get(0);
    for (int i = 1; i < inputs.size(); i++) {
      String name = i == inputs.size() - 1 ? at : at + "/" + i;
      sum = put("AddV2", name, rank, List.of(sum, inputs.get(i)), JSON.createObjectNode());
    }
    return sum;
  }

  private String reshaped(String at, String x, int... shape) {
    // ONNX copies the batch where the shape says 0.
    return put(
        "Reshape",
        at,
        shape.length,
        List.of(x, constant(at + "/shape", shape)),
        JSON.createObjectNode());
  }

  /** Its four weights are folded into a factor and an addend, which fit any number of axes. */
  private String normalised(JsonNode config, String x, String at, String name, int rank)
      throws ConvertException {
    checkLastAxis(config, rank, name);
    Weight mean = named(name, "moving_mean");
    Weight variance = named(name, "moving_variance");
    double epsilon = config.path("epsilon").asDouble(1e-3);
    float[] factor = new float[mean.values().length];
    float[] addend = new float[factor.length];
    float[] gamma =
        config.path("scale").asBoolean(true) ? named(name, "gamma").values() : filled(factor, 1);
    float[] beta =
        config.path("center").asBoolean(true) ? named(name, "beta").values() : filled(factor, 0);
    for (int i = 0; i < factor.length; i++) {
      double f = gamma[i] / Math.sqrt(variance.values()[i] + epsilon);
      factor[i] = (float) f;
      addend[i] = (float) (beta[i] - mean.values()[i] * f);
    }
    int[] shape = {factor.length};
    String scaled =
        put(
            "Mul",
            at + "/scaled",
            rank,
            List.of(x, put(new Weight(at + "/factor", shape, factor, false))),
            JSON.createObjectNode());
    String offset = put(new Weight(at + "/addend", shape, addend, false));
    return put("AddV2", at, rank, List.of(scaled, offset), JSON.createObjectNode());
  }

  private static void checkLastAxis(JsonNode config, int rank, String name)
      throws ConvertException {
    JsonNode axis = config.path("axis");
    int found = axis.isArray() ? axis.path(0).asInt() : axis.asInt(-1);
    if (axis.size() > 1 || (found != -1 && found != rank - 1)) {
      throw new ConvertException(
          "layer '%s' works along axis %s, expected the last".formatted(name, axis));
    }
  }

  /** One number, or one for each channel. */
  private String numbers(JsonNode config, String key, double otherwise, String at) {
    JsonNode given = config.path(key);
    float[] numbers = new float[Math.max(1, given.size())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (given.isArray() ? given.get(i) : given).asDouble(otherwise);
    }
    return put(new Weight(at + "/" + key, new int[] {numbers.length}, numbers, false));
  }

  private String layerNormalised(JsonNode config, String x, String at, String name, int rank)
      throws ConvertException {
    checkLastAxis(config, rank, name);
    String axis = constant(at + "/axis", rank - 1);
    ObjectNode keep = JSON.createObjectNode();
    keep.putObject("keep_dims").put("b", true);
    String mean = put("Mean", at + "/mean", rank, List.of(x, axis), keep);
    String off = put("Sub", at + "/off", rank, List.of(x, mean), NONE);
    String square = put("Mul", at + "/square", rank, List.of(off, off), NONE);
    String variance = put("Mean", at + "/variance", rank, List.of(square, axis), keep);
    float[] epsilon = {(float) config.path("epsilon").asDouble(1e-3)};
    String least = put(new Weight(at + "/epsilon", new int[] {1}, epsilon, false));
    String sum = put("AddV2", at + "/sum", rank, List.of(variance, least), NONE);
    String spread = put("Sqrt", at + "/spread", rank, List.of(sum), NONE);
    String result = put("RealDiv", at + "/normal", rank, List.of(off, spread), NONE);
    if (config.path("scale").asBoolean(true)) {
      result = put("Mul", at + "/scaled", rank, List.of(result, weight(name, "gamma")), NONE);
    }
    return config.path("center").asBoolean(true)
        ? put("AddV2", at, rank, List.of(result, weight(name, "beta")), NONE)
        : result;
  }

  private static float[] filled(float[] like, float value) {
    float[] filled = new float[like.length];
    Arrays.fill(filled, value);
    return filled;
  }

  private String finished(JsonNode config, String product, String at, String name, int rank)
      throws ConvertException {
    String sum = product;
    if (config.path("use_bias").asBoolean(true)) {
      sum =
          put(
              "BiasAdd",
              at + "/BiasAdd",
              rank,
              List.of(product, weight(name, "bias")),
              JSON.createObjectNode());
    }
    return activated(config, sum, at, rank);
  }

  private String activated(JsonNode config, String x, String at, int rank) throws ConvertException {
    JsonNode given = config.path("activation");
    // Keras 3 writes functions as objects.
    String activation =
        given.isObject() && given.path("config").isTextual()
            ? given.path("config").asText()
            : given.isObject() ? given.path("class_name").asText() : given.asText("linear");
    if (activation.equals("linear") || activation.equals("null")) {
      return x;
    }
    String op = ACTIVATIONS.get(activation);
    if (op == null) {
      throw new ConvertException(
          "layer '%s' has the activation '%s', expected linear or one of %s"
              .formatted(at, activation, new TreeSet<>(ACTIVATIONS.keySet())));
    }
    return put(op, at + "/" + op, rank, List.of(x), JSON.createObjectNode());
  }

  private String relu(JsonNode config, String x, String at, int rank, String name)
      throws ConvertException {
    if (config.path("threshold").asDouble(0) != 0
        || config.path("negative_slope").asDouble(0) != 0) {
      throw new ConvertException(
          "layer '%s' is a ReLU with a threshold or a slope, which is not known".formatted(name));
    }
    double most = config.path("max_value").asDouble(0);
    if (most != 0 && most != 6) {
      throw new ConvertException(
          "layer '%s' is a ReLU up to %s, expected 6 or no end".formatted(name, most));
    }
    return put(most == 6 ? "Relu6" : "Relu", at, rank, List.of(x), JSON.createObjectNode());
  }

  private Weight named(String layer, String role) throws ConvertException {
    String name = layer + "/" + role;
    Weight weight = weights.get(name);
    if (weight != null) {
      return weight;
    }
    List<String> nested = weights.keySet().stream().filter(w -> w.endsWith("/" + name)).toList();
    if (nested.size() != 1) {
      throw new ConvertException(
          "layer '%s' needs the weight '%s', found %s"
              .formatted(layer, name, nested.isEmpty() ? "none" : nested));
    }
    return Objects.requireNonNull(weights.get(nested.get(0)));
  }

  private String weight(String layer, String role) throws ConvertException {
    return named(layer, role).name();
  }

  private String constant(String name, int... values) {
    float[] numbers = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      numbers[i] = values[i];
    }
    return put(new Weight(name, new int[] {values.length}, numbers, true));
  }

  private String put(Weight weight) {
    weights.put(weight.name(), weight);
    return weight.name();
  }

  private String put(String op, String name, int rank, List<String> inputs, JsonNode attributes) {
    for (String input : inputs) {
      if (weights.containsKey(input)) {
        nodes.put(input, new TfNode(input, "Const", List.of(), JSON.createObjectNode()));
      }
    }
    nodes.put(name, new TfNode(name, op, inputs, attributes));
    ranks.put(name, rank);
    return name;
  }

  private static void set(ObjectNode attributes, String key, long... values) {
    ArrayNode list = attributes.putObject(key).putObject("list").putArray("i");
    Arrays.stream(values).forEach(list::add);
  }

  private static long first(JsonNode pair, int otherwise) {
    return pair.isArray() ? pair.path(0).asInt(otherwise) : pair.asInt(otherwise);
  }

  private static long second(JsonNode pair, int otherwise) {
    return pair.isArray() ? pair.path(1).asInt(otherwise) : pair.asInt(otherwise);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
