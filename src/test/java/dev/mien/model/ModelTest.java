package dev.mien.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.sink.SmallDisk;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelTest {
  private static final Models SHIPPED = new Models(Path.of("models"));

  /** A copy of the shipped emotion model, to be harmed. */
  private static Path copy(Path folder) throws IOException {
    Path source = Path.of("src/test/resources/models/emotion");
    Path target = folder.resolve("copy");
    try (var files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(source.relativize(file).toString()));
      }
    }
    return target;
  }

  private static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  private static void refused(Path folder, String... words) {
    assertThatThrownBy(() -> Model.load(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(words)
        .message()
        .hasLineCount(1);
  }

  @Test
  void loadsWhatShips() throws IOException {
    assertThat(SHIPPED.names()).contains("emotion", "features", "mask", "yunet");
    Model emotion = SHIPPED.find("emotion");
    assertThat(emotion.labels())
        .containsExactly("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral");
    Card.Input input = Objects.requireNonNull(emotion.card().input());
    assertThat(input.color()).isEqualTo(Card.Color.GRAY);
    assertThat(input.shape(2)).containsExactly(2, 1, 48, 48);
    Model yunet = SHIPPED.find("models/yunet");
    assertThat(yunet.card().findsFaces()).isTrue();
    assertThat(yunet.labels()).isEmpty();
    assertThat(Objects.requireNonNull(yunet.card().detector()).kind()).isEqualTo(Card.Kind.YUNET);
    assertThat(yunet.file(".onnx")).contains(Path.of("models/yunet/model.onnx"));
  }

  @Test
  void namesWhatThereIs() {
    assertThatThrownBy(() -> SHIPPED.find("emotoin"))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("'emotoin'", "emotion", "yunet");
  }

  /** R41: what is not what it was is not used, and nothing is fetched instead. */
  @Test
  void refusesAFlippedByte(@TempDir Path folder) throws IOException {
    Path model = copy(folder);
    byte[] bytes = Files.readAllBytes(model.resolve("model.onnx"));
    String before = Model.sha256(bytes);
    bytes[bytes.length / 2] ^= 1;
    Files.write(model.resolve("model.onnx"), bytes);
    refused(model, "model.onnx", before, Model.sha256(bytes));
  }

  @Test
  void refusesAFileThatChangesAfterwards(@TempDir Path folder) throws IOException {
    Path path = copy(folder);
    Model model = Model.load(path);
    Files.writeString(path.resolve("model.onnx"), "other");
    assertThatThrownBy(() -> model.read("model.onnx")).hasMessageContaining("sha256");
  }

  @Test
  void refusesAMissingFileOrCard(@TempDir Path folder) throws IOException {
    Path model = copy(folder);
    Files.delete(model.resolve("goldens/1.png"));
    refused(model, "goldens/1.png", "missing");
    Files.delete(model.resolve("card.yaml"));
    refused(model, "no card.yaml");
    refused(folder.resolve("nothing"), "not a folder");
  }

  @Test
  void namesAnUnknownKeyAndTheNearest(@TempDir Path folder) throws IOException {
    Path model = copy(folder);
    edit(model.resolve("card.yaml"), "  color:", "  colour:");
    refused(model, "unknown key 'input.colour'", "'color'");
  }

  @Test
  void namesAMissingKey(@TempDir Path folder) throws IOException {
    Path model = copy(folder);
    edit(model.resolve("card.yaml"), "  width: 64\n", "");
    refused(model, "missing key 'width'");
  }

  @Test
  void namesAWrongValue(@TempDir Path folder) throws IOException {
    Path model = copy(folder);
    Path card = model.resolve("card.yaml");
    edit(card, "color: GRAY", "color: purple");
    refused(model, "input.color", "purple", "gray, rgb, bgr");
    edit(card, "color: purple", "color: rgb");
    refused(model, "mean has 1 values", "RGB has 3");
    edit(card, "color: rgb", "color: gray");
    edit(card, "margin: 0.1", "margin: nine");
    refused(model, "input.margin", "nine");
    Files.writeString(card, "task: [unclosed");
    refused(model, "card.yaml", "not YAML");
    Files.writeString(card, "");
    refused(model, "card.yaml");
    Files.writeString(card, "task:\nlicence: MIT\norigin: here\n");
    refused(model, "key 'task' has no value");
  }

  @Test
  void refusesLabelsThatAreEmptyOrTwice(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("labels.txt");
    for (var wrong :
        Map.of("", "empty", "a\n\nb\n", "line 2 is empty", "a\nb\na\n", "line 3 says 'a' again")
            .entrySet()) {
      Files.writeString(file, wrong.getKey());
      assertThatThrownBy(() -> ModelFolder.readLabels(file)).hasMessageContaining(wrong.getValue());
    }
    Files.write(file, new byte[] {(byte) 0xff, 'a'});
    assertThatThrownBy(() -> ModelFolder.readLabels(file)).hasMessageContaining("UTF-8");
    Files.writeString(file, "with_mask\r\nohne Maske\r\n\u00fcberrascht");
    assertThat(ModelFolder.readLabels(file))
        .containsExactly("with_mask", "ohne Maske", "\u00fcberrascht");
  }

  @Test
  void refusesFilesOutsideItsFolder(@TempDir Path folder) throws IOException {
    Path model = copy(folder);
    edit(model.resolve("card.yaml"), "  labels.txt:", "  ../labels.txt:");
    refused(model, "'files' has the key '../labels.txt'", "lies outside");
  }

  @Test
  void refusesAKeyThatIsALink(@TempDir Path folder) throws IOException {
    Path model = copy(folder);
    Path moved = Files.move(model.resolve("labels.txt"), folder.resolve("labels.txt"));
    Files.createSymbolicLink(model.resolve("labels.txt"), moved);
    refused(model, "labels.txt", "is a link");
  }

  /** Nothing is read and nothing is written, wherever a key points. */
  @ParameterizedTest
  @ValueSource(strings = {"../../victim", "goldens/../../../victim", "card.yaml", "VICTIM"})
  void writesNothingForACardThatNamesFilesElsewhere(String key, @TempDir Path folder)
      throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "before");
    String name = key.equals("VICTIM") ? victim.toString() : key;
    Path theirs = Files.createDirectories(folder.resolve("theirs/a/b"));
    Files.writeString(folder.resolve("theirs/victim"), "after");
    Path source = Path.of("src/test/resources/models/emotion");
    String card = Files.readString(source.resolve("card.yaml"));
    Path evil = theirs.resolve("card.yaml");
    Files.writeString(evil, card.replaceFirst("files:\n", "files:\n  " + name + ": '00'\n"));
    Path out = folder.resolve("home/models/m");
    byte[] network = Files.readAllBytes(source.resolve("model.onnx"));
    assertThatThrownBy(
            () -> ModelFolder.assemble(out, evil, source.resolve("labels.txt"), network, m -> {}))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("'files' has the key '%s'", name);
    assertThat(victim).hasContent("before");
    assertThat(folder.resolve("home")).doesNotExist();
  }

  @Test
  void leavesAloneWhatIsThere(@TempDir Path folder) throws IOException {
    Path source = Path.of("src/test/resources/models/emotion");
    Card card = ModelFolder.readCard(source.resolve("card.yaml"));
    Path file = Files.writeString(folder.resolve("file"), "mine");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("gone"));
    for (Path there : List.of(file, link)) {
      assertThatThrownBy(() -> ModelFolder.write(there, card, Map.of()))
          .isInstanceOf(FileAlreadyExistsException.class);
    }
    assertThat(file).hasContent("mine");
    assertThatThrownBy(
            () -> ModelFolder.write(folder.resolve("m"), card, Map.of("../x", new byte[1])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("file", "link");
  }

  @Test
  void readsTheTutorialsDetector(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("deploy.prototxt"), "net");
    Files.writeString(folder.resolve("res10.caffemodel"), "weights");
    Files.writeString(
        folder.resolve("card.yaml"),
        """
        task: face
        input: {layout: nchw, width: 300, height: 300, color: bgr, scale: 1, mean: [104, 177, 123]}
        detector: {kind: ssd, working_size: 300, score: 0.5, nms: 0.3}
        licence: Apache-2.0
        origin: OpenCV
        files:
          deploy.prototxt: %s
          res10.caffemodel: %s
        """
            .formatted(
                Model.sha256("net".getBytes(UTF_8)), Model.sha256("weights".getBytes(UTF_8))));
    Model model = Model.load(folder);
    assertThat(model.file(".caffemodel", ".pb")).contains(folder.resolve("res10.caffemodel"));
    assertThat(Objects.requireNonNull(model.card().input()).mean())
        .containsExactly(104.0, 177.0, 123.0);
  }

  /** What ships is what the import writes, byte for byte. */
  @Test
  void writesWhatShipped(@TempDir Path folder) throws IOException {
    Path shipped = Path.of("src/test/resources/models/emotion");
    Path written = folder.resolve("emotion");
    byte[] network = Files.readAllBytes(shipped.resolve("model.onnx"));
    Path card = shipped.resolve("card.yaml");
    Path labels = shipped.resolve("labels.txt");
    ModelFolder.assemble(written, card, labels, network, m -> {});
    for (String file : List.of("card.yaml", "labels.txt", "model.onnx", "goldens/1.png")) {
      assertThat(written.resolve(file)).hasSameBinaryContentAs(shipped.resolve(file));
    }
    assertThatThrownBy(() -> ModelFolder.assemble(written, card, labels, network, m -> {}))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void writesAllOrNothing(@TempDir Path folder) throws Exception {
    Path shipped = Path.of("src/test/resources/models/emotion");
    byte[] network = Files.readAllBytes(shipped.resolve("model.onnx"));
    Path card = shipped.resolve("card.yaml");
    Path labels = shipped.resolve("labels.txt");
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), "size=64k")) {
      Path written = disk.file("mine");
      assertThatThrownBy(() -> ModelFolder.assemble(written, card, labels, network, m -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("mine cannot be written: No space left");
      assertThat(disk.file("")).isEmptyDirectory();
    }
  }
}
