package dev.mien.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a model: {@code card.yaml} in its folder.
 *
 * @param task what it answers: {@code face} finds faces, {@code features} describes them in
 *     numbers, anything else classifies them
 * @param about one sentence for people
 * @param input how a picture becomes its tensor; every classifier and every SSD has it
 * @param output what its numbers are; every classifier has it
 * @param unsureBelow from this probability of the likeliest label on, few answers are wrong: the
 *     scores say how many; 0 where nobody has measured it
 * @param unknownWhen what of a face makes every answer a guess
 * @param detector how it finds faces; only for the task {@code face}
 * @param licence of the weights, as SPDX writes it
 * @param origin where they come from
 * @param trainedOn the data, and its terms
 * @param scores how well it does, and on what
 * @param files the sha256 of every file in the folder but the card, by name relative to the folder
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({
  "task",
  "about",
  "input",
  "output",
  "unsure_below",
  "unknown_when",
  "detector",
  "licence",
  "origin",
  "trained_on",
  "scores",
  "files"
})
public record Card(
    @JsonProperty(required = true) String task,
    String about,
    @Nullable Input input,
    @Nullable Output output,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) double unsureBelow,
    @Nullable UnknownWhen unknownWhen,
    @Nullable Detector detector,
    @JsonProperty(required = true) String licence,
    @JsonProperty(required = true) String origin,
    String trainedOn,
    List<Score> scores,
    Map<String, String> files) {
  /** The task of those that find faces. */
  public static final String FACE = "face";

  /** The task of those that give numbers to learn labels from: see {@code mien train}. */
  public static final String FEATURES = "features";

  /** Order of a tensor's axes: batch, channels, height, width. */
  public enum Layout {
    NCHW,
    NHWC
  }

  /** Order of the channels. */
  public enum Color {
    GRAY,
    RGB,
    BGR;

    public int channels() {
      return this == GRAY ? 1 : 3;
    }
  }

  /** How the cut gets the proportions of the input. */
  public enum Fit {
    /** The shorter side of the box grows, around the same centre; a face keeps its shape. */
    GROW,
    /** The box is cut as it is and squeezed. */
    STRETCH
  }

  /** What is done to the light of a cut before anything else. */
  public enum Contrast {
    /** It stays as it is. */
    NONE,
    /** Its histogram is equalised; of pictures in colour, that of the lightness. */
    EQUALIZED,
    /**
     * Its values get the mean 127.5 and the deviation 64, all channels together and without a
     * limit; what deviates by less than 8 is stretched by 8 only.
     */
    STANDARDIZED
  }

  /** What the numbers of the output are. */
  public enum Output {
    /** Any numbers; the softmax is taken of them. */
    LOGITS,
    /** They add up to 1. */
    PROBABILITIES,
    /** Each is a probability by itself, as a sigmoid gives it. */
    INDEPENDENT
  }

  /** Families of detectors, by how their outputs are read. */
  public enum Kind {
    YUNET,
    SSD
  }

  /**
   * How a picture becomes a tensor: each value 0..255 turns into {@code (value * scale - mean) /
   * std}, mean and std for each channel in the order of {@code color}.
   *
   * @param contrast what is done to the values first
   * @param margin added on every side of the face's box before the cut, as a share of its size
   */
  @JsonPropertyOrder({
    "layout",
    "width",
    "height",
    "color",
    "scale",
    "mean",
    "std",
    "margin",
    "fit",
    "contrast"
  })
  public record Input(
      @JsonProperty(required = true) Layout layout,
      @JsonProperty(required = true) int width,
      @JsonProperty(required = true) int height,
      @JsonProperty(required = true) Color color,
      @JsonProperty(required = true) double scale,
      List<Double> mean,
      List<Double> std,
      double margin,
      @Nullable Fit fit,
      Contrast contrast) {
    /** The light stays as it is. */
    public Input(
        Layout layout,
        int width,
        int height,
        Color color,
        double scale,
        List<Double> mean,
        List<Double> std,
        double margin,
        @Nullable Fit fit) {
      this(layout, width, height, color, scale, mean, std, margin, fit, Contrast.NONE);
    }

    @SuppressWarnings("NullAway") // Jackson gives null for what an optional key leaves out.
    public Input {
      if (width < 1 || height < 1 || width > 4096 || height > 4096) {
        throw new IllegalArgumentException(
            "an input is 1x1 to 4096x4096, found " + width + "x" + height);
      }
      if (!Double.isFinite(scale) || scale == 0) {
        throw new IllegalArgumentException("scale is a number other than 0, found " + scale);
      }
      if (!(margin > -0.5 && margin <= 2)) {
        throw new IllegalArgumentException(
            "margin is more than -0.5 and at most 2, found " + margin);
      }
      mean = perChannel("mean", mean, color, 0);
      std = perChannel("std", std, color, 1);
      if (std.contains(0.0)) {
        throw new IllegalArgumentException("std must not be 0");
      }
      fit = fit == null ? Fit.GROW : fit;
      contrast = contrast == null ? Contrast.NONE : contrast;
    }

    private static List<Double> perChannel(
        String key, @Nullable List<Double> values, Color color, double missing) {
      if (values == null || values.isEmpty()) {
        return List.of(missing, missing, missing).subList(0, color.channels());
      }
      if (values.size() != color.channels()) {
        throw new IllegalArgumentException(
            "%s has %d values, but %s has %d channels"
                .formatted(key, values.size(), color, color.channels()));
      }
      return List.copyOf(values);
    }

    /** The same with another margin. */
    public Input withMargin(double other) {
      return new Input(layout, width, height, color, scale, mean, std, other, fit, contrast);
    }

    /** The same for a square of that many pixels. */
    public Input withSize(int side) {
      return new Input(layout, side, side, color, scale, mean, std, margin, fit, contrast);
    }

    /** The shape of a batch, in this layout. */
    public long[] shape(int batch) {
      return layout == Layout.NCHW
          ? new long[] {batch, color.channels(), height, width}
          : new long[] {batch, height, width, color.channels()};
    }
  }

  /**
   * How faces are found.
   *
   * @param workingSize the long side that a frame is brought to, in pixels
   * @param score detections below it are dropped, 0..1
   * @param nms of two boxes that overlap more than this (intersection over union), one goes, 0..1
   */
  @JsonPropertyOrder({"kind", "working_size", "score", "nms"})
  public record Detector(
      @JsonProperty(required = true) Kind kind,
      @JsonProperty(required = true) int workingSize,
      @JsonProperty(required = true) double score,
      @JsonProperty(required = true) double nms) {
    public Detector {
      if (workingSize < 32 || workingSize > 4096) {
        throw new IllegalArgumentException("working_size is 32..4096, found " + workingSize);
      }
      share("score", score);
      share("nms", nms);
    }

    private static void share(String key, double value) {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException(key + " is 0..1, found " + value);
      }
    }
  }

  /**
   * What makes every answer a guess. What is left out, or 0, does not.
   *
   * @param coveredBy labels of other models that mean that what this one looks at is hidden, by
   *     task: {@code mask: with_mask}
   * @param turnedBeyond how far a head may be turned: 0 is straight ahead, at 1 the nose is below
   *     an eye, in profile it is more
   * @param smallerThan the least height of the face's box, in pixels of the frame
   * @param blurrierThan the least share of the crop's contrast in its finest detail, 0..1
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  @JsonPropertyOrder({"covered_by", "turned_beyond", "smaller_than", "blurrier_than"})
  public record UnknownWhen(
      Map<String, String> coveredBy, double turnedBeyond, double smallerThan, double blurrierThan) {
    @SuppressWarnings("NullAway") // Jackson gives null for what an optional key leaves out.
    public UnknownWhen {
      coveredBy =
          coveredBy == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(coveredBy));
      atLeast0("turned_beyond", turnedBeyond);
      atLeast0("smaller_than", smallerThan);
      atLeast0("blurrier_than", blurrierThan);
    }

    private static void atLeast0(String key, double value) {
      if (!(value >= 0)) {
        throw new IllegalArgumentException(key + " is 0 or more, found " + value);
      }
    }
  }

  /**
   * A measured number.
   *
   * @param data that it was measured on
   * @param measure for example "accuracy" or "recall happy"
   */
  @JsonPropertyOrder({"data", "measure", "value"})
  public record Score(
      @JsonProperty(required = true) String data,
      @JsonProperty(required = true) String measure,
      @JsonProperty(required = true) double value) {}

  @SuppressWarnings("NullAway") // Jackson gives null for what an optional key leaves out.
  public Card {
    about = about == null ? "" : about;
    trainedOn = trainedOn == null ? "" : trainedOn;
    scores = scores == null ? List.of() : List.copyOf(scores);
    files = files == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(files));
    if (!isTask(task)) {
      throw new IllegalArgumentException(
          "task is a word of small letters, digits and _, found '" + task + "'");
    }
    if (!(unsureBelow >= 0 && unsureBelow <= 1)) {
      throw new IllegalArgumentException("unsure_below is 0..1, found " + unsureBelow);
    }
    if (task.equals(FACE)) {
      if (detector == null) {
        throw new IllegalArgumentException("missing key 'detector', which the task face needs");
      }
      if (detector.kind() == Kind.SSD && input == null) {
        throw new IllegalArgumentException("missing key 'input', which an SSD needs");
      }
    } else {
      if (detector != null) {
        throw new IllegalArgumentException("'detector' belongs to the task face, found " + task);
      }
      if (input == null || (output == null && !task.equals(FEATURES))) {
        throw new IllegalArgumentException(
            "missing key '%s', which a classifier needs"
                .formatted(input == null ? "input" : "output"));
      }
    }
  }

  private static boolean isTask(String word) {
    return word.matches("[a-z][a-z0-9_]*");
  }

  /** Whether that is a word for what labels of faces answer. */
  public static boolean isClassTask(String word) {
    return isTask(word) && !word.equals(FACE) && !word.equals(FEATURES);
  }

  /** Whether it gives faces labels. */
  public boolean classifies() {
    return isClassTask(task);
  }

  /** Whether it finds faces. */
  public boolean findsFaces() {
    return task.equals(FACE);
  }

  /** The same with other hashes. */
  public Card withFiles(Map<String, String> sha256) {
    return new Card(
        task,
        about,
        input,
        output,
        unsureBelow,
        unknownWhen,
        detector,
        licence,
        origin,
        trainedOn,
        scores,
        sha256);
  }
}
