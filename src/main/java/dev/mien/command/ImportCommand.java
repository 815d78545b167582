package dev.mien.command;

import dev.mien.classify.GoldenMaker;
import dev.mien.classify.OnnxClassifier;
import dev.mien.convert.Metadata;
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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
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
      description = "Of model.json, only the part up to this node.")
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
    Path file = networkFile();
    Path folder = ModelFolder.checkFree(folder(file));
    return Confined.inside() ? make(file, folder) : confined(file, folder);
  }

  /** What is said of a network before it was tried is said by a process that may end with it. */
  private int confined(Path file, Path folder) throws IOException {
    int pictures = examples == null ? 0 : pictures().size();
    Confined confined =
        Confined.of(size(file))
            .withHeap(Runtime.getRuntime().maxMemory() >> 20)
            .withMore(Duration.ofSeconds(pictures));
    Confined.Ended ended =
        confined.run(true, spec.root().commandLine().getParseResult().originalArgs());
    if (!ended.orderly()) {
      ModelFolder.clear(folder);
      throw new ModelException(
          "'%s' %s; nothing was made of it".formatted(file, confined.fault(ended)));
    }
    ended.lines().forEach(System.err::println);
    return ended.status();
  }

  /** Of all that belongs to it. */
  private static long size(Path file) throws IOException {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    try (Stream<Path> beside = Files.list(folder)) {
      return beside
          .filter(f -> f.equals(file.toAbsolutePath()) || f.toString().matches(".*\\.(bin|data)"))
          .mapToLong(f -> f.toFile().length())
          .sum();
    }
  }

  private int make(Path file, Path folder) throws IOException {
    Stream.of(card, labels).filter(Objects::nonNull).forEach(ImportCommand::checkReadable);
    List<byte[]> pictures = pictures();
    byte[] onnx =
        file.toString().endsWith(".json") ? Tfjs.convert(file, outputs) : Files.readAllBytes(file);
    boolean features = card != null && !ModelFolder.readCard(card).classifies();
    List<String> names = features ? List.of() : labels(file, onnx);
    Card described =
        card == null
            ? new ImportedCard(task, color, values, licence).describe(file, onnx)
            : ModelFolder.readCard(card);
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
        checkLabels(file, described, names, opened);
        contents.putAll(GoldenMaker.make(described, names, opened, pictures));
      }
      model = ModelFolder.write(folder, described, contents, ModelsCommand.Verify::verify);
    }
    String use = features ? "" : "; use it with --classify " + (name == null ? folder : name);
    System.out.printf("%s: good%s%n", folder, use);
    if (!model.card().about().isEmpty() && card == null) {
      model.card().about().lines().map(Printable::line).forEach(System.out::println);
    }
    return Status.DONE;
  }

  /** Before anything is written: the wrong file of labels is a usual slip. */
  private static void checkLabels(Path file, Card card, List<String> names, Network network) {
    Card.Input input = Objects.requireNonNull(card.input(), "a classifier's card has it");
    int floats = input.color().channels() * input.width() * input.height();
    FloatBuffer nothing =
        ByteBuffer.allocateDirect(floats * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    int given = network.runBatch(nothing, input.shape(1))[0].length;
    if (given != names.size()) {
      throw new IllegalArgumentException(
          "%s gives %d numbers for a face, but there are %d labels: %s"
              .formatted(file, given, names.size(), String.join(", ", names)));
    }
  }

  private Path networkFile() {
    if (Files.isDirectory(network)) {
      try (Stream<Path> files = Files.list(network)) {
        List<Path> found =
            files
                .filter(
                    f -> f.endsWith("model.json") || f.getFileName().toString().endsWith(".onnx"))
                .filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
                .toList();
        if (found.size() == 1) {
          return found.get(0);
        }
        throw new IllegalArgumentException(
            "'%s' has %d networks (model.json, *.onnx), expected one"
                .formatted(network, found.size()));
      } catch (IOException e) {
        throw new IllegalArgumentException("'" + network + "' cannot be listed: " + e, e);
      }
    }
    checkReadable(network);
    return network;
  }

  /** A pipe would be waited for, a device never end. */
  private static void checkReadable(Path file) {
    if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
      throw new IllegalArgumentException("there is no file '" + file + "' that can be read");
    }
  }

  private Path folder(Path file) {
    if (out != null) {
      return out;
    }
    String own = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
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
    List<String> own = Metadata.labels(onnx);
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
