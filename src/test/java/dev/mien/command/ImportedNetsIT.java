package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mien.convert.OnnxGraph;
import dev.mien.convert.Weight;
import dev.mien.model.Card;
import dev.mien.model.Model;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Networks as people have them. Each answers about the mean of the colours, so that what it says of
 * a red picture is known by hand: it is checked by {@code --golden}.
 */
@Timeout(300)
final class ImportedNetsIT {
  /** Sigmoids of a red picture: 0.018 and 0.881. */
  private static final float[] TWO = {-4, 2, 0.5f, -0.5f, 0, 0};

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void draw() throws IOException {
    BufferedImage red = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    var pen = red.createGraphics();
    pen.setColor(Color.RED);
    pen.fillRect(0, 0, 8, 8);
    pen.dispose();
    ImageIO.write(red, "png", folder.resolve("red.png").toFile());
    // As an editor of Windows leaves it, with a line too many.
    Files.writeString(folder.resolve("labels.txt"), "\uFEFFwithout\r\nwith\r\n\r\n");
  }

  private Program.Ended load(String... more) throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(List.of("models", "import", "net.onnx", "--color", "rgb", "--out", "out"));
    line.addAll(List.of(more));
    return new Program(folder).run(line.toArray(String[]::new));
  }

  private Model loads(byte[] onnx, String golden, String... more) throws Exception {
    Files.write(folder.resolve("net.onnx"), onnx);
    List<String> line = new ArrayList<>(List.of("--golden", "red.png=" + golden));
    line.addAll(List.of(more));
    Program.Ended ended = load(line.toArray(String[]::new));
    ended.isQuiet();
    said = ended.out();
    return Model.load(folder.resolve("out"));
  }

  private String said = "";

  /** The mean of the colours, times these weights, [N, numbers]. */
  private static String scores(OnnxGraph graph, String picture, float[] weights) {
    String means =
        graph.node(
            "ReduceMean",
            "means",
            List.of(picture),
            Map.of("axes", new long[] {2, 3}, "keepdims", 0L));
    int numbers = weights.length / 3;
    String matrix = graph.floats(new Weight("weights", new int[] {3, numbers}, weights, false));
    return graph.node("MatMul", "scores", List.of(means, matrix), Map.of());
  }

  private static byte[] net(float[] weights, String... ends) {
    OnnxGraph graph = new OnnxGraph("net");
    String at = scores(graph, graph.input("picture", 0, 3, 8, 8), weights);
    for (String end : ends) {
      at = graph.node(end, end.toLowerCase(java.util.Locale.ROOT), List.of(at), Map.of());
    }
    graph.output("answer", at);
    return graph.bytes();
  }

  @Test
  void takesOneSigmoidForTwoLabels() throws Exception {
    Model model = loads(net(new float[] {-4, 1, 0}, "Sigmoid"), "0.982,0.018", "--values", "0..1");
    assertThat(said).contains("the one number is the probability of 'with', the second label");
    assertThat(model.labels()).containsExactly("without", "with");
    assertThat(model.card().output()).isEqualTo(Card.Output.PROBABILITIES);
  }

  @Test
  void asksForASecondLabelOfOneNumber() throws Exception {
    Files.write(folder.resolve("net.onnx"), net(new float[] {-4, 1, 0}, "Sigmoid"));
    Files.writeString(folder.resolve("labels.txt"), "mask\n");
    load().saysOnly(2, "'mask' is the only label; name two");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void takesALogitForTwoLabels() throws Exception {
    Model model = loads(net(new float[] {-4, 1, 0}), "0.982,0.018", "--values", "0..1");
    assertThat(said).contains("the one number is the logit");
    assertThat(model.card().output()).isEqualTo(Card.Output.LOGITS);
  }

  @Test
  void leavesTwoSigmoidsAsTheyAre() throws Exception {
    Model model = loads(net(TWO, "Sigmoid"), "0.018,0.881", "--values", "0..1");
    assertThat(said).contains("--scores independent");
    assertThat(model.card().output()).isEqualTo(Card.Output.INDEPENDENT);
  }

  /** After a refusal nothing stays, and the mended import works. */
  @Test
  void holdsToWhatTheOriginalAnswers() throws Exception {
    Files.write(folder.resolve("net.onnx"), net(TWO, "Sigmoid"));
    load("--golden", "red.png=0.2,0.8").saysOnly(3, "'out' gives 0.0180 for 'without'");
    assertThat(folder.resolve("out")).doesNotExist();
    load("--golden", "red.png=0.2").saysOnly(2, "--golden is 'red.png=0.2', expected");
    load("--golden", "red.png=0.018,0.881").isQuiet();
    assertThat(folder.resolve("out/goldens/given-1.png")).exists();
  }

  @Test
  void takesWeightsBeside() throws Exception {
    byte[] whole = net(TWO, "Sigmoid");
    Files.write(folder.resolve("net.onnx"), beside(whole, "net.onnx.data"));
    load().saysOnly(2, "the file 'net.onnx.data' of its weights is missing");
    for (String elsewhere : List.of("../secret", "/etc/passwd", "C:\\weights")) {
      Files.write(folder.resolve("net.onnx"), beside(whole, elsewhere));
      load().saysOnly(2, "the file '" + elsewhere + "' of its weights");
    }
    byte[] bytes =
        ModelProto.parseFrom(whole).getGraph().getInitializer(0).getRawData().toByteArray();
    Files.write(folder.resolve("net.onnx.data"), Arrays.copyOf(bytes, bytes.length - 1));
    Files.write(folder.resolve("net.onnx"), beside(whole, "net.onnx.data"));
    load().saysOnly(2, "has 23 bytes");
    Files.write(folder.resolve("net.onnx.data"), bytes);
    loads(beside(whole, "net.onnx.data"), "0.018,0.881");
  }

  private static byte[] beside(byte[] onnx, String location) throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(onnx).toBuilder();
    for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
      int length = tensor.getRawData().size();
      tensor
          .clearRawData()
          .setDataLocation(TensorProto.DataLocation.EXTERNAL)
          .addExternalData(entry("location", location))
          .addExternalData(entry("offset", "0"))
          .addExternalData(entry("length", String.valueOf(length)));
    }
    return model.build().toByteArray();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  /** A network that turns its input into floats first, and so may have another. */
  private static byte[] casting(TensorProto.DataType type, double scale) throws IOException {
    OnnxGraph graph = new OnnxGraph("casting");
    String floats =
        graph.node("Cast", "floats", List.of(graph.input("picture", 0, 3, 8, 8)), Map.of("to", 1L));
    String scaled =
        graph.node(
            "Mul", "scaled", List.of(floats, graph.number("scale", (float) scale)), Map.of());
    graph.output(
        "answer", graph.node("Sigmoid", "said", List.of(scores(graph, scaled, TWO)), Map.of()));
    ModelProto.Builder model = ModelProto.parseFrom(graph.bytes()).toBuilder();
    model
        .getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setElemType(type.getNumber());
    return model.build().toByteArray();
  }

  @Test
  void takesInputsOfHalfFloatsAndBytes() throws Exception {
    Card half = loads(casting(TensorProto.DataType.FLOAT16, 1), "0.018,0.881").card();
    assertThat(half.input()).extracting(Card.Input::scale).isEqualTo(1 / 255.0);
    Files.move(folder.resolve("out"), folder.resolve("half"));
    Card bytes = loads(casting(TensorProto.DataType.UINT8, 1 / 255.0), "0.018,0.881").card();
    assertThat(bytes.input()).extracting(Card.Input::scale).isEqualTo(1.0);
    assertThat(said).doesNotContain("--values");
  }

  @Test
  void takesOneOfSeveralOutputs() throws Exception {
    OnnxGraph graph = new OnnxGraph("several");
    String at = scores(graph, graph.input("picture", 0, 3, 8, 8), TWO);
    String axes = graph.longs("axes", 2, 3);
    graph.output("deep", graph.node("Unsqueeze", "deep", List.of(at, axes), Map.of()));
    graph.output("answer", graph.node("Sigmoid", "said", List.of("deep"), Map.of()));
    graph.output("index", graph.node("ArgMax", "index", List.of(at), Map.of()));
    ModelProto.Builder model = ModelProto.parseFrom(graph.bytes()).toBuilder();
    model
        .getGraphBuilder()
        .getOutputBuilder(2)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setElemType(TensorProto.DataType.INT64.getNumber());
    byte[] onnx = model.build().toByteArray();
    Files.write(folder.resolve("net.onnx"), onnx);
    load().saysOnly(2, "net.onnx has 3 outputs: 'deep' (float [])");
    loads(onnx, "0.018,0.881", "--output", "answer");
  }

  @Test
  void readsAnArchiveWhereItIs() throws Exception {
    Path teachable = Program.HOME.resolve("src/test/resources/layers/teachable");
    archive(
        "teachable.zip",
        teachable,
        "converted_tfjs/",
        "metadata.json",
        "model.json",
        "weights.bin");
    Program.Ended ended =
        new Program(folder).run("models", "import", "teachable.zip", "--out", "taught");
    ended.isQuiet();
    assertThat(Model.load(folder.resolve("taught")).labels())
        .containsExactly("up", "down", "neither one");
    archive("evil.zip", teachable, "../../", "metadata.json", "model.json", "weights.bin");
    new Program(folder)
        .run("models", "import", "evil.zip", "--out", "evil")
        .saysOnly(2, "'evil.zip' cannot be unpacked");
  }

  private void archive(String name, Path from, String prefix, String... files) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve(name)))) {
      for (String file : files) {
        zip.putNextEntry(new ZipEntry(prefix + file));
        zip.write(Files.readAllBytes(from.resolve(file)));
      }
    }
  }

  /** What it is, and the command that makes ONNX of it. */
  @Test
  void namesOtherFormats() throws Exception {
    Map<String, byte[]> others =
        Map.of(
            "net.h5", new byte[] {(byte) 0x89, 'H', 'D', 'F', 13, 10, 26, 10},
            "net.tflite", new byte[] {28, 0, 0, 0, 'T', 'F', 'L', '3', 20, 0},
            "net.pt", new byte[] {(byte) 0x80, 2, 1, 2});
    Map<String, String> words =
        Map.of("net.h5", "HDF5", "net.tflite", "TensorFlow Lite", "net.pt", "torch.onnx.export");
    for (var other : others.entrySet()) {
      Files.write(folder.resolve(other.getKey()), other.getValue());
      new Program(folder)
          .run("models", "import", other.getKey(), "--out", "out")
          .saysOnly(2, words.getOrDefault(other.getKey(), "?"));
    }
    Files.write(folder.resolve("saved_model.pb"), new byte[] {8, 1});
    new Program(folder)
        .run("models", "import", ".", "--out", "out")
        .saysOnly(2, "tf2onnx.convert --saved-model");
  }
}
