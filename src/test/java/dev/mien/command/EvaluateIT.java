package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shipped model against its own golden pictures, whose labels are known to it. */
@Timeout(120)
final class EvaluateIT {
  @TempDir private Path folder = Path.of("");

  private Path golden(int number, String place) throws IOException {
    Path target = folder.resolve("set").resolve(place);
    Files.createDirectories(target.getParent());
    return Files.copy(
        Program.HOME.resolve("src/test/resources/models/emotion/goldens/" + number + ".png"),
        target);
  }

  private Program.Ended evaluate(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("evaluate", "emotion", "set"));
    all.addAll(List.of(arguments));
    return new Program(folder).run(all.toArray(String[]::new));
  }

  @Test
  void scoresPageAndWhatIsWrongWithTheSet() throws Exception {
    golden(1, "happy/1.png");
    golden(1, "sad/beard/2.png");
    byte[] whole = Files.readAllBytes(golden(1, "glad/3.png"));
    Files.write(folder.resolve("set/sad/half.png"), Arrays.copyOf(whole, whole.length / 2));
    Program.Ended ended =
        evaluate(
            "--faces", "whole", "--map", "glad=happy", "--json", "e.json", "--report", "e.html");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err())
        .contains("half.png: not a picture", "; skipped")
        .contains("the same picture under 'happy' and 'sad'")
        .contains("label 'happy' has 2 pictures that can be read, expected 10 or more");
    assertThat(ended.out()).contains("sad, beard: 1, accuracy").contains("ms a face");

    JsonNode json = new ObjectMapper().readTree(folder.resolve("e.json").toFile());
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    assertThat(keys)
        .containsExactly(
            "model",
            "n",
            "accuracy",
            "balanced_accuracy",
            "macro_f1",
            "ece",
            "labels",
            "confusion",
            "ms_per_face");
    assertThat(json.get("model").asText()).isEqualTo("emotion");
    assertThat(json.get("n").asInt()).isEqualTo(3);
    List<String> labels = new ArrayList<>();
    json.get("labels").forEach(l -> labels.add(l.asText()));
    assertThat(labels)
        .containsExactlyElementsOf(
            Files.readAllLines(
                Program.HOME.resolve("src/test/resources/models/emotion/labels.txt")));
    assertThat(sum(json.get("confusion").get(labels.indexOf("happy")))).isEqualTo(2);
    assertThat(sum(json.get("confusion").get(labels.indexOf("sad")))).isEqualTo(1);
    assertThat(json.get("ms_per_face").asDouble()).isPositive();

    assertThat(Files.readString(folder.resolve("e.html")))
        .contains("Worst mistakes", "data:image/jpeg;base64,")
        .doesNotContain("http://", "https://", "<script");
  }

  private static int sum(JsonNode row) {
    int sum = 0;
    for (JsonNode count : row) {
      sum += count.asInt();
    }
    return sum;
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws Exception {
    evaluate().saysOnly(2, "set: there is no such folder");
    Files.createDirectories(folder.resolve("set"));
    evaluate().saysOnly(2, "no folders in it, expected one with pictures for each label");
    golden(1, "glad/1.png");
    evaluate().saysOnly(2, "model 'emotion' has no label 'glad'; it has angry, disgust");
    evaluate("--map", "glad").saysOnly(2, "--map: found 'glad', expected THEIRS=OURS");
    evaluate("--map", "sad=angry").saysOnly(2, "has no label 'sad'; it has glad");
    evaluate("--json", "nowhere/e.json").saysOnly(2, "nowhere does not exist; make it first");
    new Program(folder).run("evaluate", "yunet", "set").saysOnly(2, "'yunet' finds faces");
    new Program(folder).run("evaluate", "nothing", "set").saysOnly(3, "no model 'nothing'");
  }

  @Test
  void oneLabelIsSaid() throws Exception {
    golden(1, "happy/1.png");
    assertThat(evaluate("--faces", "whole").err()).contains("only one label, 'happy'");
  }
}
