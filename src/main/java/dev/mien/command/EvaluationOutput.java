package dev.mien.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.evaluate.Evaluation;
import dev.mien.evaluate.FaceScores;
import dev.mien.evaluate.Page;
import dev.mien.model.Model;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What came out of an evaluation, for the screen, for programs and as a page. */
final class EvaluationOutput {
  private static final double RISK = 0.05;

  private final Model model;
  private final Path folder;
  private final Evaluator judge;
  private final NoFaceProbe nonsense;
  private final Evaluation all;
  private final Map<String, Evaluation> parts = new LinkedHashMap<>();

  EvaluationOutput(Model model, Path folder, Evaluator judge, NoFaceProbe nonsense) {
    this.model = model;
    this.folder = folder;
    this.judge = judge;
    this.nonsense = nonsense;
    this.all = Evaluation.of(model.labels(), judge.predictions());
    judge.parts().forEach((k, v) -> parts.put(k, Evaluation.of(model.labels(), v)));
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
    return notes;
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
  String text() {
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
    notes().forEach(n -> text.append(format("%n  note: %s%n", n)));
    return text.toString();
  }

  private static void row(StringBuilder text, String key, String format, Object... values) {
    text.append(format("  %-9s %s%n", key, format(format, values)));
  }

  /** One object; other programs read it. */
  String json() throws JsonProcessingException {
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

  private static Map<String, Object> part(String name, Evaluation part) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("n", part.n());
    json.put("accuracy", part.accuracy());
    json.put("balanced_accuracy", part.balancedAccuracy());
    return json;
  }

  /** The report. */
  Page page() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("model", model.name() + " (" + model.folder() + ")");
    facts.put("pictures", folder.toString());
    facts.put("speed", speed(judge.millis()));
    facts.put("no face at all", nonsense.toString());
    Page page = new Page(model.name() + " on " + folder.toAbsolutePath().normalize().getFileName());
    page.facts(facts).notes(notes());
    judge.faces().ifPresent(page::faces);
    return page.evaluation(all).parts(parts).mistakes(judge.mistakes());
  }
}
