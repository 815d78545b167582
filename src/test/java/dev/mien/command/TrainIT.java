package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.teach.Shapes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    assertThat(Files.readAllLines(folder.resolve("mine/labels.txt"))).isEqualTo(Shapes.LABELS);
    List<String> scores = scores("mine", "others");
    assertThat(scores).anyMatch(l -> l.strip().startsWith("n ") && l.contains("30"));
    assertThat(scores("mine", "others")).isEqualTo(scores);
    assertThat(mien("models", "verify", "mine").status()).isZero();
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
