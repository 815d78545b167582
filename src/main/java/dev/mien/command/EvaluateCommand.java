package dev.mien.command;

import dev.mien.classify.OnnxClassifier;
import dev.mien.dataset.Dataset;
import dev.mien.dataset.Finding;
import dev.mien.dataset.Findings;
import dev.mien.dataset.Survey;
import dev.mien.detect.Detector;
import dev.mien.detect.Detectors;
import dev.mien.evaluate.EvaluationOutput;
import dev.mien.evaluate.Evaluator;
import dev.mien.evaluate.NoFaceProbe;
import dev.mien.evaluate.Prediction;
import dev.mien.model.Model;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import dev.mien.track.Rules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model against labelled pictures. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Asks a model about labelled pictures and counts how often it is right. DIR has a folder of"
            + " pictures for each label, annotations/ and images/ in Pascal VOC, or a table of"
            + " votes, votes.csv. Of a detector, which needs Pascal VOC, it counts the faces that"
            + " are found, by label and height.")
final class EvaluateCommand implements Callable<Integer> {
  /** What of a picture is shown to the model. */
  enum Faces {
    DETECT,
    WHOLE
  }

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model, by name or folder.")
  String name;

  @Parameters(index = "1", paramLabel = "DIR", description = "The labelled pictures.")
  Path folder;

  @Option(
      names = "--faces",
      paramLabel = "HOW",
      defaultValue = "detect",
      description =
          "detect: the largest face on a picture, cut as in live video, and the whole picture where"
              + " none is found; whole: the picture is the face (default: detect).")
  Faces faces;

  @Option(
      names = "--map",
      split = ",",
      paramLabel = "THEIRS=OURS",
      description =
          "A label of DIR is this label of the model; '-' leaves it out. Repeatable, or separated"
              + " by commas.")
  List<String> map = List.of();

  @Option(
      names = "--detector",
      paramLabel = "MODEL",
      defaultValue = "yunet",
      description = "Model that finds the faces, by name or folder (default: yunet).")
  String detectorName;

  @Option(
      names = "--conf",
      paramLabel = "SCORE",
      description = "Score from which a detection is a face, 0 to 1 (default: 0.83).")
  double conf = Rules.DEFAULT.sure();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the scores there.")
  @Nullable Path json;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Write a page with plots and the worst mistakes there.")
  @Nullable Path report;

  @Option(
      names = "--labels",
      paramLabel = "COLUMN",
      description =
          "Column of votes.csv with one label a picture, taken instead of the votes (default: the"
              + " votes).")
  @Nullable String judged;

  @Option(
      names = "--robustness",
      description =
          "Ask about each face again in other light, cuts and quality, and count the answers that"
              + " change.")
  boolean robustness;

  private final AtomicBoolean stopped = new AtomicBoolean();

  @Override
  public Integer call() throws IOException {
    Rules rules = Rules.DEFAULT.withSure(conf);
    for (@Nullable Path file : new @Nullable Path[] {json, report}) {
      checkWritable(file);
    }
    Model model = Trial.find(name);
    if (model.card().findsFaces()) {
      return findsFaces(model);
    }
    Dataset named = Dataset.open(folder, theirsToOurs(), judged);
    checkLabels(named, model);
    Signals signals = new Signals(() -> stopped.set(true));
    // A name of the one is the same name of the other, whatever their orders.
    Dataset dataset = survey(named).ordered(model.labels());
    if (dataset.examples().stream().noneMatch(e -> e.label() >= 0)) {
      throw new IllegalArgumentException(folder + ": no labelled picture that can be read");
    }
    boolean boxes = dataset.examples().stream().anyMatch(e -> e.face() != null);
    try (Network network = Network.open(model.name(), model.read(Model.NETWORK), Device.CPU);
        OnnxClassifier classifier = new OnnxClassifier(model, network)) {
      Evaluator judge;
      try (@Nullable Detector detector =
          faces == Faces.DETECT || boxes
              ? Detectors.open(Trial.find(detectorName), rules.sure())
              : null) {
        judge = new Evaluator(dataset, classifier, detector, rules.sure(), robustness);
        ProgressLine advance =
            new ProgressLine("mien: pictures judged", dataset.byPicture().size());
        judge.run(advance::reached, stopped::get);
        advance.end();
      }
      if (stopped.get()) {
        return signals.status(Status.DONE);
      }
      if (judge.predictions().isEmpty()) {
        throw new IllegalArgumentException(
            folder + ": the detector found none of its faces, so there is nothing to label");
      }
      if (judge.predictions().stream().allMatch(Prediction::tied)) {
        throw new IllegalArgumentException(
            folder + ": people agree on no label of any picture, so no answer is right or wrong");
      }
      EvaluationOutput verdict =
          new EvaluationOutput(model, folder, judge, NoFaceProbe.of(classifier), named.leftOut());
      System.out.print(verdict.text());
      write(json, verdict.json());
      write(report, verdict.page().html());
      return Status.DONE;
    }
  }

  /** As pictures without a past are read, unless another score is said. */
  private int findsFaces(Model model) throws IOException {
    double score = Rules.DEFAULT.withSure(conf).still();
    Dataset named = Dataset.open(folder, theirsToOurs());
    if (named.examples().stream().noneMatch(e -> e.face() != null)) {
      throw new IllegalArgumentException(
          ("%s: a detector is measured on boxes: expected Pascal VOC, annotations/ and images/;"
                  + " found no box")
              .formatted(folder));
    }
    Dataset dataset = survey(named);
    Signals signals = new Signals(() -> stopped.set(true));
    try (Detector detector = Detectors.open(model, score)) {
      DetectorEvaluation evaluation = new DetectorEvaluation(dataset, detector, score);
      ProgressLine advance =
          new ProgressLine("mien: pictures looked at", dataset.byPicture().size());
      evaluation.run(advance::reached, stopped::get);
      advance.end();
      if (stopped.get()) {
        return signals.status(Status.DONE);
      }
      System.out.print(evaluation.text());
      write(json, evaluation.json());
      return Status.DONE;
    }
  }

  private Map<String, String> theirsToOurs() {
    Map<String, String> pairs = new TreeMap<>();
    for (String pair : map) {
      int equals = pair.indexOf('=');
      if (equals < 1 || equals == pair.length() - 1) {
        throw new IllegalArgumentException(
            "--map: found '%s', expected THEIRS=OURS, or THEIRS=- to leave it out".formatted(pair));
      }
      pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return pairs;
  }

  private void checkLabels(Dataset dataset, Model model) {
    List<String> unknown =
        dataset.labels().stream().filter(l -> !model.labels().contains(l)).toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          ("%s: model '%s' has no label '%s'; it has %s; say which is meant with --map %s=OURS, or"
                  + " leave it out with --map %s=-")
              .formatted(
                  folder,
                  model.name(),
                  String.join("', '", unknown),
                  String.join(", ", model.labels()),
                  unknown.get(0),
                  unknown.get(0)));
    }
  }

  /** What of it can be read; what is wrong is said. */
  private static Dataset survey(Dataset dataset) {
    ProgressLine advance = new ProgressLine("mien: pictures read", dataset.byPicture().size());
    Survey survey = Survey.of(dataset, advance::reached);
    advance.end();
    Findings.lines(
            survey.findings(), f -> f.message() + (f instanceof Finding.Corrupt ? "; skipped" : ""))
        .forEach(line -> System.err.println("mien: " + Printable.line(line)));
    return survey.usable();
  }

  /** Nobody wants to hear after an hour that the result has no place. */
  private static void checkWritable(@Nullable Path file) {
    if (file == null) {
      return;
    }
    @Nullable Path parent = file.toAbsolutePath().normalize().getParent();
    if (Files.isDirectory(file) || parent == null || !Files.isDirectory(parent)) {
      throw new IllegalArgumentException(
          "%s cannot be written: %s"
              .formatted(
                  file,
                  Files.isDirectory(file)
                      ? "it is a folder, expected a file"
                      : "the folder " + parent + " does not exist; make it first"));
    }
    if (!Files.isWritable(Files.exists(file) ? file : parent)) {
      throw new IllegalArgumentException(file + " cannot be written: no permission");
    }
  }

  private static void write(@Nullable Path file, String text) throws IOException {
    if (file != null) {
      try {
        Files.writeString(file, text);
      } catch (IOException e) {
        throw new IOException("%s cannot be written: %s".formatted(file, e.getMessage()), e);
      }
    }
  }
}
