package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.model.Card;
import dev.mien.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Networks of others become model folders that verify, in the real program. */
@Timeout(120)
final class ImportIT {
  private static final Path LAYERS = Program.HOME.resolve("src/test/resources/layers");
  private static final Path TFJS = Program.HOME.resolve("src/test/resources/tfjs");

  @TempDir private Path folder = Path.of("");

  private Program.Ended mien(String... arguments) throws IOException, InterruptedException {
    return new Program(folder).run(arguments);
  }

  @Test
  void takesAnExportOfTeachableMachine() throws Exception {
    Path out = folder.resolve("mine");
    Program.Ended ended =
        mien("models", "import", LAYERS.resolve("teachable").toString(), "--out", out.toString());
    ended.isQuiet();
    assertThat(ended.out()).contains("mine: good").doesNotContain("Assumed");
    Model model = Model.load(out);
    assertThat(model.labels()).containsExactly("up", "down", "neither one");
    assertThat(model.goldens()).hasSizeBetween(3, 6);
    assertThat(model.card().output()).isEqualTo(Card.Output.PROBABILITIES);
    assertThat(model.card().input())
        .isEqualTo(
            new Card.Input(
                Card.Layout.NCHW,
                24,
                24,
                Card.Color.RGB,
                1 / 127.5,
                List.of(1.0, 1.0, 1.0),
                List.of(),
                0,
                Card.Fit.GROW));
    mien("models", "verify", out.toString()).isQuiet();
    // The same folder with another card is refused, and the reason named.
    String card = Files.readString(out.resolve("card.yaml"));
    Files.writeString(out.resolve("card.yaml"), card.replace("color: RGB", "color: BGR"));
    mien("models", "verify", out.toString()).saysOnly(3, "right with 'color: rgb'; mend the card");
  }

  @Test
  void saysWhatItAssumed() throws Exception {
    Path net = folder.resolve("net.onnx");
    Files.copy(Program.HOME.resolve("src/test/resources/models/emotion/model.onnx"), net);
    mien("models", "import", net.toString(), "--out", "a").saysOnly(2, "nothing says the labels");
    Files.copy(
        Program.HOME.resolve("src/test/resources/models/emotion/labels.txt"),
        folder.resolve("labels.txt"));
    Program.Ended assumed = mien("models", "import", net.toString(), "--out", "a");
    assumed.isQuiet();
    assertThat(assumed.out()).contains("Assumed, because nothing says it: --values 0..1");
    assertThat(Model.load(folder.resolve("a")).card().about()).contains("--values 0..1");
    Program.Ended told =
        mien(
            "models",
            "import",
            net.toString(),
            "--out",
            "b",
            "--values",
            "-1..1",
            "--quantize",
            "int8",
            "--examples",
            TFJS.toString());
    told.isQuiet();
    assertThat(told.out()).doesNotContain("Assumed");
    assertThat(Files.size(folder.resolve("b/model.onnx"))).isLessThan(Files.size(net) / 2);
    mien("models", "verify", "b").isQuiet();
  }

  /** Neither a card nor a name leads out of the folder. */
  @Test
  void writesNowhereElse() throws Exception {
    Path shipped = Program.HOME.resolve("src/test/resources/models/emotion");
    Path theirs = Files.createDirectories(folder.resolve("theirs/package"));
    String card = Files.readString(shipped.resolve("card.yaml"));
    Files.writeString(
        theirs.resolve("card.yaml"), card.replace("files:\n", "files:\n  ../../mien: '00'\n"));
    Files.writeString(folder.resolve("theirs/mien"), "evil");
    Files.writeString(folder.resolve("mien"), "launcher");
    String net = shipped.resolve("model.onnx").toString();
    String labels = shipped.resolve("labels.txt").toString();
    String evil = theirs.resolve("card.yaml").toString();
    mien("models", "import", net, "--labels", labels, "--card", evil, "--out", "models/m")
        .saysOnly(3, "'files' has the key '../../mien'");
    assertThat(folder.resolve("mien")).hasContent("launcher");
    assertThat(folder.resolve("models")).doesNotExist();
    for (String name : List.of("../../evil", "..", ".hidden", "a/b", "C:x", "/tmp/evil")) {
      mien("models", "import", net, "--labels", labels, "--name", name)
          .saysOnly(2, "--name is '" + name + "'");
    }
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    String every = LAYERS.resolve("every").toString();
    Files.writeString(folder.resolve("labels.txt"), "a\nb\nc\nd\n");
    mien("models", "import", every, "--labels", "labels.txt", "--out", "a")
        .saysOnly(2, "no picture of one size with 1 or 3 channels");
    mien("models", "import", "nothing.onnx").saysOnly(2, "there is no file 'nothing.onnx'");
    String net = Program.HOME.resolve("src/test/resources/models/emotion").toString();
    mien("models", "import", net, "--values", "0..2", "--out", "a")
        .saysOnly(2, "--values is '0..2', expected 0..1, -1..1, 0..255 or imagenet");
    mien("models", "import", net, "--quantize", "int8", "--out", "a").saysOnly(2, "--examples");
  }
}
