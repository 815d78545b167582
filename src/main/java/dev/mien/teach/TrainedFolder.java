package dev.mien.teach;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mien.evaluate.Coverage;
import dev.mien.evaluate.Evaluation;
import dev.mien.evaluate.VoteScores;
import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.model.ModelFolder;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes what was trained as a model folder: network, labels, card, recipe, how it went. */
final class TrainedFolder {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private TrainedFolder() {}

  /**
   * The card of a new model.
   *
   * @param eyes the network that a head looks through, which is part of the model; null if there is
   *     none
   * @param leftOut says how sure it may be where folders were left out, else the validation does
   */
  static Card card(
      Recipe recipe,
      Card.Input input,
      List<String> labels,
      @Nullable Model eyes,
      Evaluation evaluation,
      @Nullable LeftOut leftOut) {
    List<Card.Score> scores =
        scores("validation, %d faces".formatted(evaluation.n()), evaluation, false);
    Evaluation sure = evaluation;
    String on = "validation, %d faces".formatted(evaluation.n());
    if (leftOut != null) {
      leftOut
          .byFolder(labels)
          .forEach(
              (folder, said) ->
                  scores.addAll(
                      scores("%s left out, %d faces".formatted(folder, said.n()), said, true)));
      sure = Evaluation.of(labels, leftOut.all());
      on = "each folder left out once, %d faces".formatted(sure.n());
      scores.addAll(scores(on, sure, true));
    }
    Optional<Coverage.Point> point = sure.coverage().atRisk(recipe.risk());
    String measured = on;
    point.ifPresent(
        p -> {
          scores.add(
              new Card.Score(
                  measured,
                  "confidence from which %s %% are wrong".formatted(percent(recipe.risk())),
                  rounded(p.score())));
          scores.add(
              new Card.Score(
                  measured, "share of faces with that confidence", rounded(p.coverage())));
        });
    return new Card(
        recipe.task(),
        recipe.about(),
        input,
        Card.Output.LOGITS,
        point.map(p -> rounded(p.score())).orElse(1.0),
        recipe.unknownWhen(),
        null,
        licence(recipe, eyes),
        "trained by mien train, recipe.yaml beside this card"
            + (eyes == null ? "" : "; a head on " + eyes.name() + ": " + eyes.card().origin()),
        recipe.trainedOn(),
        scores,
        Map.of());
  }

  private static String licence(Recipe recipe, @Nullable Model eyes) {
    return eyes == null || eyes.card().licence().equals(recipe.licence())
        ? recipe.licence()
        : recipe.licence() + " AND " + eyes.card().licence();
  }

  private static List<Card.Score> scores(String on, Evaluation evaluation, boolean precision) {
    List<Card.Score> scores = new ArrayList<>();
    scores.add(new Card.Score(on, "accuracy", rounded(evaluation.accuracy())));
    scores.add(new Card.Score(on, "balanced accuracy", rounded(evaluation.balancedAccuracy())));
    scores.add(new Card.Score(on, "calibration error", rounded(evaluation.calibration().ece())));
    VoteScores votes = evaluation.votes();
    if (votes != null) {
      String all = "validation, the votes on %d faces".formatted(votes.n());
      scores.add(new Card.Score(all, "cross-entropy", rounded(votes.crossEntropy())));
      scores.add(new Card.Score(all, "agreement with a person", rounded(votes.agreement())));
      scores.add(new Card.Score(all, "agreement among people", rounded(votes.amongPeople())));
      scores.add(new Card.Score(all, "calibration error", rounded(votes.calibration().ece())));
    }
    evaluation.byLabel().stream()
        .filter(s -> s.examples() > 0)
        .forEach(
            s -> {
              scores.add(new Card.Score(on, "recall " + s.label(), rounded(s.recall())));
              if (precision) {
                scores.add(new Card.Score(on, "precision " + s.label(), rounded(s.precision())));
              }
            });
    return scores;
  }

  private static String percent(double share) {
    return BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString();
  }

  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }

  /**
   * Writes the folder.
   *
   * @param goldens files that go with it
   */
  static Model write(
      Path out,
      Card card,
      List<String> labels,
      byte[] onnx,
      Recipe recipe,
      Material material,
      List<Epoch> history,
      Map<String, byte[]> goldens,
      byte[] report)
      throws IOException {
    Map<String, byte[]> files = new TreeMap<>(goldens);
    files.put(Model.NETWORK, onnx);
    files.put(Model.LABELS, (String.join("\n", labels) + "\n").getBytes(StandardCharsets.UTF_8));
    files.put("recipe.yaml", recipe.yaml());
    files.put("training.json", training(recipe, labels, material, history));
    files.put("report.html", report);
    return ModelFolder.write(out, card, files);
  }

  private static byte[] training(
      Recipe recipe, List<String> labels, Material material, List<Epoch> history)
      throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("data_sha256", material.sha256());
    all.put("training_pictures", counts(labels, material.training().counts()));
    all.put("validation_pictures", counts(labels, material.validation().counts()));
    all.put("seed", recipe.learning().seed());
    all.put("recipe", recipe);
    all.put("versions", versions());
    all.put("history", history);
    return JSON.writeValueAsBytes(all);
  }

  private static Map<String, Integer> counts(List<String> labels, int[] counts) {
    Map<String, Integer> named = new LinkedHashMap<>();
    for (int i = 0; i < counts.length; i++) {
      named.put(labels.get(i), counts[i]);
    }
    return named;
  }

  private static Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    String own = TrainedFolder.class.getPackage().getImplementationVersion();
    versions.put("mien", own == null ? "development" : own);
    versions.put("java", System.getProperty("java.version"));
    versions.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    versions.put(
        "cores", String.format(Locale.ROOT, "%d", Runtime.getRuntime().availableProcessors()));
    return versions;
  }
}
