package dev.mien.teach;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.mien.model.Card;
import dev.mien.model.Card.UnknownWhen;
import dev.mien.model.Inside;
import dev.mien.model.TextFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a model is made: {@code recipe.yaml} in its folder. What is left out has a default.
 *
 * @param task what the model answers
 * @param about one sentence for people
 * @param labels their order; empty means alphabetical
 * @param data folders of pictures to learn from
 * @param validation folders that only measure; empty takes a share of the data
 * @param share of the data that measures where there is no validation, 0..1
 * @param together patterns in file names: pictures for which one captures the same stay on one side
 * @param network what is trained
 * @param quantize how the weights are kept
 * @param faces whether the detector cuts the pictures
 * @param color GRAY or RGB
 * @param margin around the face's box, as a share of its size
 * @param contrast what is done to the light of a face before anything else
 * @param licence of the weights
 * @param trainedOn the data and its terms, for the card
 * @param showMistakes whether the report shows pictures; not where they may not be passed on
 * @param learning how a network learns
 * @param features what a head looks at
 * @param leaveOut folders of the data that are left out of the training once each, or several
 *     together, to measure what the model is worth on others' pictures
 * @param risk the share of wrong answers that those which count as sure may hold, 0..1
 * @param unknownWhen for the card
 */
public record Recipe(
    @JsonProperty(required = true) String task,
    String about,
    List<String> labels,
    List<Folder> data,
    List<Folder> validation,
    double share,
    List<String> together,
    Kind network,
    Weights quantize,
    Faces faces,
    Card.Color color,
    Double margin,
    Card.Contrast contrast,
    String licence,
    String trainedOn,
    @JsonProperty(required = false) @Nullable Boolean showMistakes,
    Hyperparameters learning,
    FeatureSource features,
    List<List<String>> leaveOut,
    Double risk,
    @Nullable UnknownWhen unknownWhen) {
  /** What is trained. */
  public enum Kind {
    /** A classifier on the features of a network that stays as it is. */
    HEAD,
    /** A network from nothing. */
    CNN
  }

  /** How the weights are kept. */
  public enum Weights {
    /** 32 bits. */
    FP32,
    /** 16 bits: half the size. */
    FP16,
    /** 8 bits, and calculated with as such: a quarter of the size, and quicker on a CPU. */
    INT8
  }

  /** What is cut out of a picture. */
  public enum Faces {
    /** The face that the detector finds. */
    DETECT,
    /** All of it, or the box that is marked. */
    WHOLE
  }

  /**
   * A folder of labelled pictures.
   *
   * @param folder from where the data is
   * @param map from its labels to ours; "-" leaves a label out
   * @param most pictures of each label that are taken, 0 means all
   */
  public record Folder(
      @JsonProperty(required = true) String folder, Map<String, String> map, int most) {
    @SuppressWarnings("NullAway") // Jackson gives null for what an optional key leaves out.
    public Folder {
      map = map == null ? Map.of() : Map.copyOf(map);
    }

    /** A recipe may come from anybody; what it learns from is shown in its report. */
    private void checkInside(Path file) throws IOException {
      Optional<String> obstacle =
          folder.isEmpty() || folder.equals(".")
              ? Optional.empty()
              : Inside.obstacle(folder.replaceFirst("/$", ""));
      if (obstacle.isPresent()) {
        throw new IOException(
            "%s: folder '%s' %s"
                .formatted(file, folder.replaceAll("\\p{Cc}", "?"), obstacle.get()));
      }
    }
  }

  private static final double MARGIN = 0.1;
  private static final double RISK = 0.05;

  /** Its default is another one's value. */
  private static final Set<String> FOLLOWS = Set.of("crop");

  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(com.fasterxml.jackson.databind.MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          .build();

  @SuppressWarnings("NullAway") // Jackson gives null for what an optional key leaves out.
  public Recipe {
    about = about == null ? "" : about;
    labels = labels == null ? List.of() : List.copyOf(labels);
    data = data == null ? List.of(new Folder("", Map.of(), 0)) : List.copyOf(data);
    validation = validation == null ? List.of() : List.copyOf(validation);
    share = share == 0 ? 0.15 : share;
    together = together == null ? List.of() : List.copyOf(together);
    network = network == null ? Kind.HEAD : network;
    quantize = quantize == null ? Weights.FP32 : quantize;
    faces = faces == null ? Faces.DETECT : faces;
    color = color == null ? Card.Color.RGB : color;
    margin = margin == null ? MARGIN : margin;
    contrast = contrast == null ? Card.Contrast.NONE : contrast;
    licence = licence == null ? "unknown" : licence;
    trainedOn = trainedOn == null ? "" : trainedOn;
    showMistakes = showMistakes == null || showMistakes;
    learning = learning == null ? Hyperparameters.DEFAULT : learning;
    features = features == null ? FeatureSource.DEFAULT : features;
    leaveOut = leaveOut == null ? List.of() : leaveOut.stream().map(List::copyOf).toList();
    risk = risk == null ? RISK : risk;
    if (!(risk > 0 && risk < 1)) {
      throw new IllegalArgumentException("risk is more than 0 and less than 1, found " + risk);
    }
    for (List<String> folders : leaveOut) {
      for (String folder : folders) {
        if (data.stream().noneMatch(f -> f.folder().equals(folder))) {
          throw new IllegalArgumentException(
              "leave_out: '%s' is not among the folders of data".formatted(folder));
        }
      }
    }
    if (!leaveOut.isEmpty() && network != Kind.HEAD) {
      throw new IllegalArgumentException(
          "leave_out is for network: head; a cnn would be trained anew for each folder");
    }
    if (!Card.isClassTask(task)) {
      throw new IllegalArgumentException(
          "task is a word of small letters, digits and _, not face or features; found '%s'"
              .formatted(task));
    }
    if (color == Card.Color.BGR) {
      throw new IllegalArgumentException("color is gray or rgb, found bgr");
    }
  }

  /** What suits a folder that comes without a recipe. */
  @SuppressWarnings("NullAway") // What is null has a default.
  public static Recipe of(String task) {
    return new Recipe(
        task, null, null, null, null, 0, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null);
  }

  /** The same, but for these. */
  public Recipe with(
      Kind otherNetwork,
      Weights otherQuantize,
      Faces otherFaces,
      Card.Color otherColor,
      List<Folder> otherValidation,
      Hyperparameters otherLearning) {
    return new Recipe(
        task,
        about,
        labels,
        data,
        otherValidation,
        share,
        together,
        otherNetwork,
        otherQuantize,
        otherFaces,
        otherColor,
        margin,
        contrast,
        licence,
        trainedOn,
        showMistakes,
        otherLearning,
        features,
        leaveOut,
        risk,
        unknownWhen);
  }

  /**
   * Reads one.
   *
   * @throws IOException if it cannot be read, or not understood; the message is one line
   */
  public static Recipe read(Path file) throws IOException {
    try {
      JsonNode tree = YAML.readTree(TextFile.read(file));
      if (!tree.isObject()) {
        throw new IOException(file + ": expected keys and values, task: mood for one");
      }
      // A number that is left out would be 0.
      if (tree.get("learning") instanceof ObjectNode learning) {
        JsonNode defaults = YAML.valueToTree(Hyperparameters.DEFAULT);
        for (Map.Entry<String, JsonNode> setting : defaults.properties()) {
          if (!FOLLOWS.contains(setting.getKey())) {
            learning.putIfAbsent(setting.getKey(), setting.getValue());
          }
        }
      }
      Recipe recipe = YAML.treeToValue(tree, Recipe.class);
      for (Folder folder : recipe.data) {
        folder.checkInside(file);
      }
      for (Folder folder : recipe.validation) {
        folder.checkInside(file);
      }
      return recipe;
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    } catch (JsonMappingException e) {
      String what =
          String.valueOf(e.getOriginalMessage())
              .lines()
              .findFirst()
              .orElse("")
              .replaceFirst("^Cannot construct instance of `[^`]*`, problem: ", "");
      String where = e.getPathReference().replaceAll("dev[.]mien[.][\\w.$]*|java[.][\\w.$]*", "");
      throw new IOException(
          "%s: %s%s".formatted(file, what, where.isEmpty() ? "" : " (" + where + ")"), e);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new IOException(
          "%s, line %d: no YAML: %s"
              .formatted(
                  file,
                  at == null ? 1 : at.getLineNr(),
                  String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  byte[] yaml() throws IOException {
    return YAML.writeValueAsBytes(this);
  }
}
