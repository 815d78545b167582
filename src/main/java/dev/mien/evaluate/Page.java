package dev.mien.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A report as one HTML file: no scripts, and everything that it shows is in it. Sections come in
 * the order in which they are added.
 */
public final class Page {
  /** The share of wrong answers for which the score is said; it is drawn in the plot. */
  private static final double RISK = 0.05;

  private static final String STYLE =
      """
      body { font: 15px/1.45 system-ui, sans-serif; color: #1c2330; margin: 2rem auto; \
      max-width: 62rem; padding: 0 1rem; }
      h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
      p.note { background: #fff4e0; border-left: 4px solid #d98a00; padding: .4rem .8rem; }
      table { border-collapse: collapse; } td, th { padding: .25rem .7rem; text-align: right; \
      font-variant-numeric: tabular-nums; border-bottom: 1px solid #e3e6ec; }
      th { font-weight: 600; } td:first-child, th:first-child { text-align: left; }
      table.facts td { text-align: left; }
      table.confusion th:not(:first-child) { text-align: center; }
      table.confusion td { text-align: center; min-width: 3.2rem; border: 1px solid #fff; }
      .plots { display: flex; flex-wrap: wrap; gap: 1.5rem; }
      figure { margin: 0; } figcaption { color: #5a6373; font-size: .85rem; }
      .plots figure { flex: 1 1 22rem; max-width: 29rem; }
      svg text { font-size: 12px; fill: #5a6373; }
      svg .x { text-anchor: middle; } svg .y { text-anchor: end; }
      svg .grid { stroke: #e3e6ec; } svg polyline, svg line { fill: none; stroke-width: 2; }
      svg line.grid { stroke-width: 1; } svg .bar { fill: #9dbbe8; }
      svg .one { stroke: #2c62b4; } svg .two { stroke: #d9601a; }
      svg .even { stroke: #9aa3b2; stroke-dasharray: 5 4; }
      svg .mark { stroke: #b3261e; stroke-width: 1.5; stroke-dasharray: 3 3; }
      .mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); \
      gap: 1rem; } .mistakes img { width: 100%; aspect-ratio: 1; object-fit: contain; \
      background: #f0f2f5; image-rendering: auto; }
      .mistakes figcaption { overflow-wrap: anywhere; line-height: 1.3; }
      """;

  private final String title;
  private final StringBuilder body = new StringBuilder();

  public Page(String title) {
    this.title = title;
    body.append("<h1>").append(escape(title)).append("</h1>\n");
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static String percent(double share) {
    return format("%.1f %%", 100 * share);
  }

  /** What was done, with what; in the order of the map. */
  public Page facts(Map<String, String> facts) {
    body.append("<table class='facts'>\n");
    facts.forEach(
        (key, value) ->
            body.append(format("<tr><td>%s</td><td>%s</td></tr>%n", escape(key), escape(value))));
    body.append("</table>\n");
    return this;
  }

  /** What the reader must not overlook. */
  public Page notes(List<String> notes) {
    notes.forEach(n -> body.append("<p class='note'>").append(escape(n)).append("</p>\n"));
    return this;
  }

  /** The curves of loss and accuracy, and where overfitting begins. */
  public Page curves(Curves curves) {
    heading("Training");
    body.append("<div class='plots'>\n");
    body.append(
        figure(
            curvePlot(
                curves,
                "loss",
                Curves.Epoch::trainingLoss,
                Curves.Epoch::validationLoss,
                curves.epochs().stream()
                    .mapToDouble(e -> Math.max(e.trainingLoss(), e.validationLoss()))
                    .filter(Double::isFinite)
                    .max()
                    .orElse(1)),
            "Loss of each epoch."));
    body.append(
        figure(
            curvePlot(
                curves,
                "accuracy",
                Curves.Epoch::trainingAccuracy,
                Curves.Epoch::validationAccuracy,
                1),
            "Accuracy of each epoch."));
    body.append("</div>\n");
    curves
        .overfitting()
        .ifPresentOrElse(
            e ->
                body.append(
                    format(
                        "<p>After epoch %d the validation loss only was higher: from there on the"
                            + " examples were learnt by heart.</p>%n",
                        e)),
            () -> body.append("<p>The validation loss was lowest at the end.</p>\n"));
    return this;
  }

  private static Plot curvePlot(
      Curves curves,
      String name,
      ToDoubleFunction<Curves.Epoch> training,
      ToDoubleFunction<Curves.Epoch> validation,
      double top) {
    // From 5 epochs up the axis counts in whole ones.
    Plot plot = new Plot(Math.max(5, curves.epochs().size()), top, "epoch", name);
    plot.line(points(curves, training), "one", "training");
    plot.line(points(curves, validation), "two", "validation");
    curves.overfitting().ifPresent(e -> plot.mark(e, "overfitting begins"));
    return plot;
  }

  private static List<Plot.Point> points(Curves curves, ToDoubleFunction<Curves.Epoch> value) {
    return IntStream.range(0, curves.epochs().size())
        .mapToObj(i -> new Plot.Point(i + 1, value.applyAsDouble(curves.epochs().get(i))))
        .filter(p -> Double.isFinite(p.y()))
        .toList();
  }

  /** Scores, confusion, calibration, risk against coverage. */
  public Page evaluation(Evaluation evaluation) {
    heading("Labels");
    body.append(
        format(
            "<p>%d examples: accuracy <b>%s</b>, balanced accuracy <b>%s</b>, macro-F1"
                + " <b>%.3f</b>, calibration error (ECE) <b>%.3f</b>.</p>%n",
            evaluation.n(),
            percent(evaluation.accuracy()),
            percent(evaluation.balancedAccuracy()),
            evaluation.macroF1(),
            evaluation.calibration().ece()));
    VoteScores votes = evaluation.votes();
    if (votes != null) {
      body.append(
          format(
              "<p>%d with votes, %d of them tied: cross-entropy %.3f (no answers are below %.3f),"
                  + " agrees with a person drawn at random in %s (two people with each other in"
                  + " %s), calibration error against the votes %.3f.</p>%n",
              votes.n(),
              votes.tied(),
              votes.crossEntropy(),
              votes.entropy(),
              percent(votes.agreement()),
              percent(votes.amongPeople()),
              votes.calibration().ece()));
    }
    body.append("<table><tr><th>label</th><th>examples</th><th>answers</th><th>precision</th>");
    body.append("<th>recall</th><th>F1</th></tr>\n");
    for (Evaluation.LabelScore score : evaluation.byLabel()) {
      body.append(
          format(
              "<tr><td>%s</td><td>%d</td><td>%d</td><td>%s</td><td>%s</td><td>%s</td></tr>%n",
              escape(score.label()),
              score.examples(),
              score.answers(),
              score.answers() == 0 ? "–" : percent(score.precision()),
              score.examples() == 0 ? "–" : percent(score.recall()),
              score.examples() + score.answers() == 0 ? "–" : format("%.3f", score.f1())));
    }
    body.append("</table>\n");
    confusion(evaluation);
    heading("How far the scores can be trusted");
    body.append("<div class='plots'>\n");
    body.append(
        figure(
            reliability(evaluation.calibration()),
            "Of the answers with this probability, the share that is right. On the dashed line a"
                + " probability means what it says; bars below it are too sure."));
    body.append(
        figure(
            coverage(evaluation.coverage()),
            "When only the surest answers are given: the share of the examples that gets one, and"
                + " the share of those that is wrong."));
    body.append("</div>\n<p>").append(escape(sureEnough(evaluation.coverage()))).append("</p>\n");
    return this;
  }

  private static String sureEnough(Coverage coverage) {
    return coverage
        .atRisk(RISK)
        .map(
            p ->
                format(
                    "Answers of %.3f or more are wrong in at most 5 %% of the cases; %s of the"
                        + " examples get one.",
                    p.score(), percent(p.coverage())))
        .orElse("At no score are 5 % or fewer of the answers wrong.");
  }

  private void confusion(Evaluation evaluation) {
    heading("Confusion");
    body.append("<table class='confusion'><tr><th>is \\ is called</th>");
    evaluation.labels().forEach(l -> body.append("<th>").append(escape(l)).append("</th>"));
    body.append("</tr>\n");
    for (int t = 0; t < evaluation.labels().size(); t++) {
      body.append("<tr><th>").append(escape(evaluation.labels().get(t))).append("</th>");
      int examples = evaluation.byLabel().get(t).examples();
      for (int a = 0; a < evaluation.labels().size(); a++) {
        int count = evaluation.confusion().get(t).get(a);
        double share = examples == 0 ? 0 : count / (double) examples;
        body.append(
            format(
                "<td style='background: rgba(%s, %.3f)'>%d</td>",
                t == a ? "44, 98, 180" : "217, 96, 26", 0.75 * share, count));
      }
      body.append("</tr>\n");
    }
    body.append("</table>\n");
  }

  private static Plot reliability(Calibration calibration) {
    Plot plot = new Plot(1, 1, "probability", "share right");
    for (int i = 0; i < Calibration.BINS; i++) {
      Calibration.Bin bin = calibration.bins().get(i);
      if (bin.count() > 0) {
        plot.bar(i / (double) Calibration.BINS, (i + 1.0) / Calibration.BINS, bin.accuracy());
      }
    }
    return plot.line(List.of(new Plot.Point(0, 0), new Plot.Point(1, 1)), "even", "");
  }

  private static Plot coverage(Coverage coverage) {
    // A few hundred points are as many as can be seen.
    List<Coverage.Point> all = coverage.points();
    int step = Math.max(1, all.size() / 300);
    List<Plot.Point> points = new ArrayList<>();
    for (int i = 0; i < all.size(); i += step) {
      points.add(new Plot.Point(all.get(i).coverage(), all.get(i).risk()));
    }
    Coverage.Point last = all.get(all.size() - 1);
    points.add(new Plot.Point(last.coverage(), last.risk()));
    double top = points.stream().mapToDouble(Plot.Point::y).max().orElse(0);
    Plot plot = new Plot(1, Math.max(2 * RISK, top), "coverage", "share wrong");
    plot.line(points, "two", "");
    plot.line(List.of(new Plot.Point(0, RISK), new Plot.Point(1, RISK)), "even", "");
    coverage.atRisk(RISK).ifPresent(p -> plot.mark(p.coverage(), format("from %.2f", p.score())));
    return plot;
  }

  /** How well the faces themselves were found. */
  public Page faces(FaceScores faces) {
    heading("Faces");
    body.append(
        format(
            "<p>%d of %d faces found (recall <b>%s</b>); of %d detections %s are faces (precision),"
                + " at an overlap (IoU) of 0.5 or more.</p>%n",
            faces.found(),
            faces.truth(),
            percent(faces.recall()),
            faces.detections(),
            percent(faces.precision())));
    return this;
  }

  /** A row for each way in which the same faces were shown again. */
  Page robustness(Map<String, Robustness.Row> rows) {
    if (!rows.isEmpty()) {
      heading("The same faces in other light, cuts and quality");
      body.append("<table><tr><th>shown</th><th>answers changed</th><th>accuracy</th></tr>\n");
      rows.forEach(
          (name, row) ->
              body.append(
                  format(
                      "<tr><td>%s</td><td>%s</td><td>%s</td></tr>%n",
                      escape(name), percent(row.changedShare()), percent(row.accuracy()))));
      body.append("</table>\n");
    }
    return this;
  }

  /** A row for each part of the examples, in the order of the map. */
  public Page parts(Map<String, Evaluation> parts) {
    if (!parts.isEmpty()) {
      heading("Parts");
      body.append("<table><tr><th>part</th><th>examples</th><th>accuracy</th>");
      body.append("<th>balanced</th></tr>\n");
      parts.forEach(
          (name, part) ->
              body.append(
                  format(
                      "<tr><td>%s</td><td>%d</td><td>%s</td><td>%s</td></tr>%n",
                      escape(name),
                      part.n(),
                      percent(part.accuracy()),
                      part.oneLabel() ? "–" : percent(part.balancedAccuracy()))));
      body.append("</table>\n");
    }
    return this;
  }

  /** The wrong answers, in the order of the list. */
  public Page mistakes(List<Mistake> mistakes) {
    heading("Worst mistakes");
    if (mistakes.isEmpty()) {
      body.append("<p>None.</p>\n");
      return this;
    }
    body.append("<p>The wrong answers that were surest, and what was seen.</p>\n");
    body.append("<div class='mistakes'>\n");
    for (Mistake mistake : mistakes) {
      body.append(
          format(
              "<figure><img alt='' src='data:image/jpeg;base64,%s'><figcaption><b>%s</b> called"
                  + " <b>%s</b> (%.2f)<br>%s</figcaption></figure>%n",
              mistake.jpeg().base64(),
              escape(mistake.truth()),
              escape(mistake.answer()),
              mistake.confidence(),
              escape(mistake.name())));
    }
    body.append("</div>\n");
    return this;
  }

  private void heading(String words) {
    body.append("<h2>").append(escape(words)).append("</h2>\n");
  }

  private static String figure(Plot plot, String caption) {
    return "<figure>%s<figcaption>%s</figcaption></figure>%n"
        .formatted(plot.svg(), escape(caption));
  }

  /** The whole file, to be written as UTF-8. */
  public String html() {
    return """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" \
        content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>"""
        + escape(title)
        + "</title>\n<style>\n"
        + STYLE
        + "</style></head><body>\n"
        + body
        + "</body></html>\n";
  }
}
