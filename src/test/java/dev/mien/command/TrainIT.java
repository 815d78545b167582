package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mien.classify.Crop;
import dev.mien.classify.OnnxClassifier;
import dev.mien.face.Classification;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.model.Golden;
import dev.mien.model.Model;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import dev.mien.teach.Shapes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Training as people do it, in processes of their own. */
@Timeout(300)
final class TrainIT {
  @TempDir private Path folder = Path.of("");

  private Program.Ended mien(String... arguments) throws IOException, InterruptedException {
    return new Program(folder).run(arguments);
  }

  /** The table of labels, without the line that says how long it took. */
  private List<String> scores(String model, String data) throws Exception {
    Program.Ended ended = mien("evaluate", model, data, "--faces", "whole");
    assertThat(ended.status()).as(ended.err()).isZero();
    return ended.out().lines().filter(l -> !l.contains("ms a face")).toList();
  }

  @Test
  @DisplayName("10 pictures of each of 3 labels become a model that another process loads")
  void aToySet() throws Exception {
    Shapes.write(folder.resolve("shapes"), 10, 1);
    Shapes.write(folder.resolve("others"), 10, 2);
    Program.Ended trained = mien("train", "shapes", "--out", "mine", "--faces", "whole");

    assertThat(trained.status()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("mine: accuracy", "circle", "--classify mine");
    saysWhatItSaidWhenItWasMade(Model.load(folder.resolve("mine")));
    List<String> scores = scores("mine", "others");
    assertThat(scores).anyMatch(l -> l.strip().startsWith("n ") && l.contains("30"));
    assertThat(scores("mine", "others")).isEqualTo(scores);
    assertThat(mien("models", "verify", "mine").status()).isZero();
  }

  /** R40: the goldens hold what the process that trained it was told. */
  private static void saysWhatItSaidWhenItWasMade(Model model) throws IOException {
    assertThat(model.labels()).isEqualTo(Shapes.LABELS);
    try (Network network = Network.open("mine", model.read(Model.NETWORK), Device.CPU);
        OnnxClassifier classifier = new OnnxClassifier(model, network)) {
      for (Golden golden : model.goldens()) {
        Path picture = model.folder().resolve(golden.picture());
        try (Frame frame = new Frame(0, 0, opencv_imgcodecs.imread(picture.toString()))) {
          Box whole = new Box(0, 0, frame.size().width(), frame.size().height());
          Classification said = classifier.classify(List.of(new Crop(frame, whole))).get(0);
          for (int k = 0; k < Shapes.LABELS.size(); k++) {
            assertThat(said.scores().get(k).label()).isEqualTo(Shapes.LABELS.get(k));
            assertThat(said.scores().get(k).probability())
                .isCloseTo(golden.probabilities().get(k), within(1e-5));
          }
        }
      }
    }
  }

  @Test
  @DisplayName("too few pictures, one label, no pictures, a place that is taken")
  void badInput() throws Exception {
    Path few = Shapes.write(folder.resolve("few"), 3, 1);
    mien("train", "few", "--out", "mine").saysOnly(2, "has 3 pictures");
    Files.createDirectories(folder.resolve("empty"));
    mien("train", "empty", "--out", "mine").saysOnly(2, "empty");
    mien("train", "nowhere", "--out", "mine").saysOnly(2, "nowhere");
    mien("train", "few", "--out", "few").saysOnly(2, "--out");
    mien("train", "few", "--out", "no/where").saysOnly(2, "--out");
    mien("train", "few", "--out", "mine", "--recipe", "none.yaml").saysOnly(2, "none.yaml");
    Files.writeString(folder.resolve("bad.yaml"), "task: mask\nlearning: {sise: 3}\n");
    mien("train", "few", "--out", "mine", "--recipe", "bad.yaml").saysOnly(2, "sise");
    Path one = folder.resolve("one");
    Files.createDirectories(one);
    Files.move(few.resolve("cross"), one.resolve("cross"));
    mien("train", "one", "--out", "mine").saysOnly(2, "only one label");
  }
}
