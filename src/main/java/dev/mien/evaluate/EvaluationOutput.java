package dev.mien.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.model.Model;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What came out of an evaluation, for the screen, for programs and as a page. */
public final class EvaluationOutput {
  private static final double RISK = 0.05;

  private final Model model;
  private final Path folder;
  private final Evaluator judge;
  private final NoFaceProbe nonsense;
  private final Map<String, Integer> leftOut;
  private final Evaluation all;
  private final Map<String, Evaluation> parts = new LinkedHashMap<>();

  /**
   * Of a judge that has judged.
   *
   * @param leftOut pictures that were not asked about because of their votes, by what most said
   */
  public EvaluationOutput(
      Model model,
      Path folder,
      Evaluator judge,
      NoFaceProbe nonsense,
      Map<String, Integer> leftOut) {
    this.model = model;
    this.folder = folder;
    this.judge = judge;
    this.nonsense = nonsense;
    this.leftOut = new TreeMap<>(leftOut);
    this.all = Evaluation.of(model.labels(), judge.predictions());
    judge
        .parts()
        .forEach(
            (k, v) -> {
              if (!v.stream().allMatch(Prediction::tied)) {
                parts.put(k, Evaluation.of(model.labels(), v));
              }
            });
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>(all.doubts());
    if (judge.takenWhole() > 0) {
      notes.add(
          format(
              "no face found on %d of %d pictures; they were taken whole, live video would pass"
                  + " over them",
              judge.takenWhole(), all.n()));
    }
    leftOut.forEach(
        (why, n) ->
            notes.add(format("%d pictures left out, of which most people said '%s'", n, why)));
    return notes;
  }

  private static String votes(VoteScores votes) {
    return format(
        "%d faces (%d tied, not in n): cross-entropy %.4f (of people %.4f), agrees with a person"
            + " %.4f (people %.4f), ECE %.4f",
        votes.n(),
        votes.tied(),
        votes.crossEntropy(),
        votes.entropy(),
        votes.agreement(),
        votes.amongPeople(),
        votes.calibration().ece());
  }

  private String sureEnough() {
    return all.coverage()
        .atRisk(RISK)
        .map(
            p ->
                format(
                    "5 %% wrong from score %.3f, which %.1f %% reach",
                    p.score(), 100 * p.coverage()))
        .orElse("5 % wrong at no score");
  }

  private static String speed(double millis) {
    return format("%.2f ms a face (median; cut and asked one by one, one thread, CPU)", millis);
  }

  /** The table for standard output. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(format("%s on %s%n", model.name(), folder));
    Optional<FaceScores> faces = judge.faces();
    faces.ifPresent(
        f ->
            row(
                text,
                "faces",
                "recall %.3f (%d of %d), precision %.3f (of %d), overlap 0.5 or more",
                f.recall(),
                f.found(),
                f.truth(),
                f.precision(),
                f.detections()));
    row(text, "n", "%d", all.n());
    row(
        text,
        "accuracy",
        "%.4f, balanced %.4f, macro-F1 %.4f",
        all.accuracy(),
        all.balancedAccuracy(),
        all.macroF1());
    row(text, "ECE", "%.4f", all.calibration().ece());
    row(text, "score", "%s", sureEnough());
    VoteScores votes = all.votes();
    if (votes != null) {
      row(text, "votes", "%s", votes(votes));
    }
    row(text, "speed", "%s", speed(judge.millis()));
    row(text, "no face", "%s", nonsense);
    int width = model.labels().stream().mapToInt(String::length).max().orElse(0);
    width = Math.max(width, "label".length());
    String head = "  %-" + width + "s %9s %9s %7s %7s";
    text.append(format("%n" + head, "label", "examples", "precision", "recall", "F1"));
    text.append("  is \\ is called\n");
    for (int i = 0; i < all.byLabel().size(); i++) {
      Evaluation.LabelScore score = all.byLabel().get(i);
      text.append(
          format(
              head,
              score.label(),
              score.examples(),
              score.answers() == 0 ? "-" : format("%.3f", score.precision()),
              score.examples() == 0 ? "-" : format("%.3f", score.recall()),
              score.examples() + score.answers() == 0 ? "-" : format("%.3f", score.f1())));
      all.confusion().get(i).forEach(c -> text.append(format(" %6d", c)));
      text.append('\n');
    }
    if (!parts.isEmpty()) {
      text.append('\n');
      parts.forEach(
          (name, part) ->
              text.append(
                  format(
                      "  %s: %d, accuracy %.4f%s%n",
                      name,
                      part.n(),
                      part.accuracy(),
                      part.oneLabel() ? "" : format(", balanced %.4f", part.balancedAccuracy()))));
    }
    if (!judge.robustness().isEmpty()) {
      text.append(format("%n  %-30s %16s %9s%n", "the same faces", "answers changed", "accuracy"));
      judge
          .robustness()
          .forEach(
              (name, row) ->
                  text.append(
                      format(
                          "  %-30s %14.1f %% %9.4f%n",
                          name, 100 * row.changedShare(), row.accuracy())));
    }
    notes().forEach(n -> text.append(format("%n  note: %s%n", n)));
    return text.toString();
  }

  private static void row(StringBuilder text, String key, String format, Object... values) {
    text.append(format("  %-9s %s%n", key, format(format, values)));
  }

  /** One object; other programs read it. */
  public String json() throws JsonProcessingException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", model.name());
    json.put("n", all.n());
    json.put("accuracy", all.accuracy());
    json.put("balanced_accuracy", all.balancedAccuracy());
    json.put("macro_f1", all.macroF1());
    json.put("ece", all.calibration().ece());
    json.put("labels", all.labels());
    json.put("confusion", all.confusion());
    json.put("ms_per_face", judge.millis());
    VoteScores voted = all.votes();
    if (voted != null) {
      json.put("votes", votesJson(voted));
    }
    if (!leftOut.isEmpty()) {
      json.put("left_out", leftOut);
    }
    if (!judge.robustness().isEmpty()) {
      Map<String, Object> rows = new LinkedHashMap<>();
      judge
          .robustness()
          .forEach(
              (name, row) ->
                  rows.put(
                      name, Map.of("changed", row.changedShare(), "accuracy", row.accuracy())));
      json.put("robustness", rows);
    }
    judge
        .faces()
        .ifPresent(
            f -> {
              Map<String, Object> faces = new LinkedHashMap<>();
              faces.put("truth", f.truth());
              faces.put("found", f.found());
              faces.put("detections", f.detections());
              faces.put("recall", f.recall());
              faces.put("precision", f.precision());
              json.put("faces", faces);
            });
    if (!parts.isEmpty()) {
      json.put(
          "parts", parts.entrySet().stream().map(e -> part(e.getKey(), e.getValue())).toList());
    }
    return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json)
        + System.lineSeparator();
  }

  private static Map<String, Object> votesJson(VoteScores votes) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("n", votes.n());
    json.put("tied", votes.tied());
    json.put("cross_entropy", votes.crossEntropy());
    json.put("entropy", votes.entropy());
    json.put("agreement", votes.agreement());
    json.put("among_people", votes.amongPeople());
    json.put("ece", votes.calibration().ece());
    return json;
  }

  private static Map<String, Object> part(String name, Evaluation part) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("n", part.n());
    json.put("accuracy", part.accuracy());
    json.put("balanced_accuracy", part.balancedAccuracy());
    return json;
  }

  /** The report. */
  public Page page() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("model", model.name() + " (" + model.folder() + ")");
    facts.put("pictures", folder.toString());
    facts.put("speed", speed(judge.millis()));
    facts.put("no face at all", nonsense.toString());
    Page page = new Page(model.name() + " on " + folder.toAbsolutePath().normalize().getFileName());
    page.facts(facts).notes(notes());
    judge.faces().ifPresent(page::faces);
    return page.evaluation(all)
        .robustness(judge.robustness())
        .parts(parts)
        .mistakes(judge.mistakes());
  }
}
