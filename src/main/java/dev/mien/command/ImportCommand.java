package dev.mien.command;

import dev.mien.classify.GoldenMaker;
import dev.mien.classify.OnnxClassifier;
import dev.mien.convert.ExternalData;
import dev.mien.convert.Metadata;
import dev.mien.convert.Plug;
import dev.mien.convert.Quantized;
import dev.mien.convert.Tfjs;
import dev.mien.model.Card;
import dev.mien.model.Golden;
import dev.mien.model.Inside;
import dev.mien.model.Model;
import dev.mien.model.ModelException;
import dev.mien.model.ModelFolder;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A network of another framework becomes a model folder. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Makes a model folder of a network: an ONNX file, a TensorFlow.js graph or layers model"
            + " (model.json beside its weights), or an export of Teachable Machine.")
final class ImportCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Parameters(
      paramLabel = "NETWORK",
      description = "FILE.onnx, model.json, or the folder that holds one of them.")
  Path network;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "The labels, one a line, in the order of the outputs (default: what the network's"
              + " metadata, or metadata.json or labels.txt beside it say).")
  @Nullable Path labels;

  @Option(
      names = "--output",
      paramLabel = "NODE",
      description = "Of model.json, only the part up to this node; of ONNX, this output.")
  List<String> outputs = List.of();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The new model is models/NAME (default: the network's own name).")
  @Nullable String name;

  @Option(names = "--out", paramLabel = "FOLDER", description = "Or this new folder.")
  @Nullable Path out;

  @Option(
      names = "--card",
      paramLabel = "FILE",
      description =
          "The card (docs/models.md), with the files that it names beside it; hashes are filled"
              + " in. Without one, it is written from what the file says and these options:")
  @Nullable Path card;

  @Option(names = "--task", paramLabel = "WORD", description = "What it answers (default: class).")
  String task = "class";

  @Option(
      names = "--color",
      paramLabel = "COLOR",
      description = "gray, rgb or bgr (default: rgb for three channels, gray for one).")
  @Nullable String color;

  @Option(
      names = "--values",
      paramLabel = "RANGE",
      description =
          "What a picture's values become: 0..1, -1..1, 0..255 or imagenet (default: -1..1 for"
              + " Teachable Machine, 0..1 otherwise).")
  @Nullable String values;

  @Option(
      names = "--scores",
      paramLabel = "KIND",
      description =
          "What the network's numbers are: logits, probabilities (they add up to 1) or independent"
              + " (each 0..1 by itself, as sigmoids give them) (default: what its end and its answers"
              + " show).")
  @Nullable String scores;

  @Option(
      names = "--golden",
      paramLabel = "PICTURE=P,P,..",
      description =
          "What the network gives for this picture where it comes from: a probability a label, in"
              + " their order. It must give the same here (several times).")
  List<String> goldens = List.of();

  @Option(
      names = "--licence",
      paramLabel = "SPDX",
      description = "Licence of the weights (default: unknown).")
  String licence = "unknown";

  @Option(
      names = "--examples",
      paramLabel = "FOLDER",
      description =
          "Pictures (PNG, JPEG) like those that it will see: some become goldens and travel with"
              + " the model, and int8 measures its ranges on them (default: drawings).")
  @Nullable Path examples;

  @Option(
      names = "--quantize",
      paramLabel = "BITS",
      description = "fp16 (half the size) or int8 (a quarter, and faster; needs --examples).")
  @Nullable String quantize;

  @Override
  public Integer call() throws IOException {
    try (NetworkFile opened = NetworkFile.open(network)) {
      return take(opened.path());
    }
  }

  private int take(Path file) throws IOException {
    Path folder = ModelFolder.checkFree(folder(file));
    return Confined.inside() ? make(file, folder) : confined(file, folder);
  }

  /** What is said of a network before it was tried is said by a process that may end with it. */
  private int confined(Path file, Path folder) throws IOException {
    int pictures = examples == null ? 0 : pictures().size();
    Confined confined =
        Confined.of(NetworkFile.size(file))
            .withHeap(Runtime.getRuntime().maxMemory() >> 20)
            .withMore(Duration.ofSeconds(pictures));
    Confined.Ended ended =
        confined.run(true, spec.root().commandLine().getParseResult().originalArgs());
    if (!ended.orderly()) {
      ModelFolder.clear(folder);
      throw new ModelException(
          "'%s' %s; nothing was made of it".formatted(network, confined.fault(ended)));
    }
    ended.lines().forEach(System.err::println);
    return ended.status();
  }

  private int make(Path file, Path folder) throws IOException {
    Stream.of(card, labels).filter(Objects::nonNull).forEach(NetworkFile::checkReadable);
    List<byte[]> pictures = pictures();
    boolean json = file.toString().endsWith(".json");
    byte[] onnx =
        json ? Tfjs.convert(file, outputs) : ExternalData.inlined(file, Files.readAllBytes(file));
    Card theirs = card == null ? null : ModelFolder.readCard(card);
    boolean features = theirs != null && !theirs.classifies();
    List<String> names = features ? List.of() : labels(file, onnx);
    Plug.Plugged plugged =
        Plug.of(file, onnx, json || outputs.isEmpty() ? "" : outputs.get(0), names.size());
    onnx = plugged.onnx();
    Card described;
    if (theirs == null || !features) {
      ImportedCard writer = new ImportedCard(task, color, values, licence);
      ImportedCard.Pixels pixels =
          theirs == null
              ? writer.pixels(file, onnx, plugged.bytes())
              : new ImportedCard.Pixels(Objects.requireNonNull(theirs.input()), List.of());
      String kind =
          theirs == null
              ? scores
              : Objects.requireNonNull(theirs.output()).name().toLowerCase(Locale.ROOT);
      ImportedScores answers = ImportedScores.of(file, onnx, pixels.input(), names, kind);
      onnx = answers.onnx();
      List<String> assumed = new ArrayList<>(pixels.assumed());
      assumed.addAll(answers.assumed());
      described =
          theirs == null ? writer.card(file, pixels.input(), answers.kind(), assumed) : theirs;
    } else {
      described = theirs;
    }
    onnx = quantized(onnx, described, pictures);
    Model model;
    if (card != null
        && (features || (labels != null && described.files().containsKey(Golden.ANSWERS)))) {
      model = ModelFolder.assemble(folder, card, labels, onnx, ModelsCommand.Verify::verify);
    } else {
      Map<String, byte[]> contents = new TreeMap<>();
      contents.put(Model.NETWORK, onnx);
      contents.put(
          Model.LABELS, (String.join("\n", names) + "\n").getBytes(StandardCharsets.UTF_8));
      try (Network opened = Network.open(folder.toString(), onnx, Device.CPU)) {
        contents.putAll(GoldenMaker.make(described, names, opened, pictures));
      }
      GivenGoldens.parse(goldens, names).addTo(contents, names);
      model = ModelFolder.write(folder, described, contents, ModelsCommand.Verify::verify);
    }
    String use = features ? "" : "; use it with --classify " + (name == null ? folder : name);
    System.out.printf("%s: good%s%n", folder, use);
    if (!model.card().about().isEmpty() && card == null) {
      System.out.println(model.card().about());
    }
    return Status.DONE;
  }

  private Path folder(Path file) {
    if (out != null) {
      return out;
    }
    Path named = file.getFileSystem().equals(FileSystems.getDefault()) ? file : network;
    String own = named.getFileName().toString().replaceFirst("\\.[^.]*$", "");
    String chosen = name == null ? own : name;
    if (!chosen.matches("[\\p{L}\\p{N}_][\\p{L}\\p{N}\\p{M} ._+-]*")
        || Inside.obstacle(chosen).isPresent()) {
      throw new IllegalArgumentException(
          "--name is '%s', expected letters, digits, dots, dashes and underscores; --out names a folder elsewhere"
              .formatted(chosen.replaceAll("\\p{Cc}", "?")));
    }
    return Home.folder().resolve("models").resolve(chosen);
  }

  private List<byte[]> pictures() throws IOException {
    List<byte[]> pictures = new ArrayList<>();
    if (examples != null) {
      try (Stream<Path> files = Files.walk(examples)) {
        for (Path file : files.sorted().toList()) {
          if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
              && file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(png|jpe?g)")) {
            pictures.add(Files.readAllBytes(file));
          }
        }
      }
      if (pictures.isEmpty()) {
        throw new IllegalArgumentException("--examples: '%s' has no pictures".formatted(examples));
      }
    }
    return pictures;
  }

  private List<String> labels(Path file, byte[] onnx) throws IOException {
    if (labels != null) {
      return ModelFolder.readLabels(labels);
    }
    List<String> own = Metadata.labels(file, onnx);
    if (!own.isEmpty()) {
      return own;
    }
    Path teachable = file.resolveSibling("metadata.json");
    if (Files.isRegularFile(teachable, LinkOption.NOFOLLOW_LINKS)) {
      own = Metadata.teachableLabels(teachable);
    }
    Path beside = file.resolveSibling(Model.LABELS);
    if (own.isEmpty() && Files.isRegularFile(beside, LinkOption.NOFOLLOW_LINKS)) {
      own = ModelFolder.readLabels(beside);
    }
    if (own.isEmpty()) {
      throw new IllegalArgumentException(
          "nothing says the labels of '%s'; give them with --labels FILE, one a line"
              .formatted(file));
    }
    return own;
  }

  private byte[] quantized(byte[] onnx, Card described, List<byte[]> pictures) throws IOException {
    if (quantize == null) {
      return onnx;
    }
    Card.Input input = described.input();
    switch (quantize) {
      case "fp16" -> {
        return Quantized.fp16(onnx);
      }
      case "int8" -> {
        if (pictures.isEmpty() || input == null) {
          throw new IllegalArgumentException(
              "--quantize int8 measures ranges on pictures; give some with --examples FOLDER");
        }
        List<float[]> tensors = new ArrayList<>();
        for (byte[] picture : pictures) {
          tensors.add(OnnxClassifier.tensor(input, picture));
        }
        return Quantized.int8(onnx, tensors);
      }
      default ->
          throw new IllegalArgumentException(
              "--quantize is '%s', expected fp16 or int8".formatted(quantize));
    }
  }
}
