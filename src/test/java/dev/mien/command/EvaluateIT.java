package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.frame.DemoFace;
import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
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

  /** Pictures are read by all cores, and JavaCPP fails where two threads unpack at once. */
  @Test
  void firstOfAllProgramsOnAMachine() throws Exception {
    for (int i = 0; i < 12; i++) {
      golden(1, "happy/" + i + ".png");
      golden(2, "sad/" + i + ".png");
    }
    Program.Ended ended =
        new Program(folder)
            .with("-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("unpacked"))
            .run("evaluate", "emotion", "set", "--faces", "whole");
    assertThat(ended.status()).as(ended.err()).isZero();
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
            "ms_per_face",
            "parts");
    assertThat(json.get("parts").get(0).get("name").asText()).isEqualTo("sad, beard");
    assertThat(json.get("parts").get(0).get("n").asInt()).isEqualTo(1);
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

  @Test
  void votesAndTheSameFacesInAnotherLight() throws Exception {
    golden(1, "1.png");
    golden(2, "2.png");
    golden(3, "3.png");
    Files.writeString(
        folder.resolve("set/votes.csv"),
        "file,happy,sad,contempt,unknown\n1.png,6,2,1,1\n2.png,4,4,2,0\n3.png,1,1,1,7\n");
    Program.Ended ended =
        evaluate("--faces", "whole", "--map", "contempt=-", "--robustness", "--json", "e.json");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains("votes     2 faces (1 tied, not in n): cross-entropy")
        .contains("1 pictures left out, of which most people said 'doubt'")
        .contains("answers changed", "gamma 0.5", "rolled by 20 degrees", "moved by 10 %");
    JsonNode json = new ObjectMapper().readTree(folder.resolve("e.json").toFile());
    assertThat(json.get("n").asInt()).isEqualTo(1);
    assertThat(json.get("votes").get("n").asInt()).isEqualTo(2);
    assertThat(json.get("left_out").get("doubt").asInt()).isEqualTo(1);
    assertThat(json.get("robustness")).hasSize(10);
    Files.writeString(folder.resolve("set/votes.csv"), "file,happy,sad\n1.png,-6,2\n");
    evaluate("--faces", "whole").saysOnly(2, "row 2: 'happy' is '-6', expected a whole number");
    evaluate("--labels", "old").saysOnly(2, "has no column of labels 'old'");
  }

  private static int sum(JsonNode row) {
    int sum = 0;
    for (JsonNode count : row) {
      sum += count.asInt();
    }
    return sum;
  }

  /** R48: faces that are hard because they are small have numbers of their own. */
  @Test
  void eachClassOfSizesHasARow() throws Exception {
    marked(21, 34, 34, 90);
    Program.Ended ended =
        new Program(folder)
            .run("evaluate", "mask", "set", "--json", "e.json", "--report", "e.html");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains("recall 1.000 (4 of 4)")
        .contains("face lower than 24 pixels: 1, accuracy")
        .contains("face of 24 to 48 pixels: 2, accuracy")
        .contains("face of 48 pixels and more: 1, accuracy");
    JsonNode json = new ObjectMapper().readTree(folder.resolve("e.json").toFile());
    assertThat(json.get("parts").findValuesAsText("n")).containsExactly("1", "2", "1");
    assertThat(Files.readString(folder.resolve("e.html")))
        .contains("<td>face of 24 to 48 pixels</td><td>2</td>");
  }

  @Test
  void aDetectorIsMeasuredOnBoxes() throws Exception {
    marked(12, 34, 34, 90);
    Program.Ended ended = new Program(folder).run("evaluate", "yunet", "set", "--json", "e.json");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains("| all | 4 | 0.750 |")
        .contains("| height below 16 | 1 | 0.000 | 0.000 |")
        .contains("| height 24 to 48 | 2 | 1.000 |")
        .contains("| label without_mask | 4 |")
        .contains("precision against the marks: 1.000 at IoU 0.3");
    JsonNode json = new ObjectMapper().readTree(folder.resolve("e.json").toFile());
    assertThat(json.at("/iou_0.3/recall/all/recall").asDouble()).isEqualTo(0.75);
  }

  /** A picture with the clip's face in these heights, side by side, and Pascal VOC's boxes. */
  private void marked(int... heights) throws Exception {
    Files.createDirectories(folder.resolve("set/annotations"));
    Files.createDirectories(folder.resolve("set/images"));
    StringBuilder boxes = new StringBuilder();
    try (Frame clip = DemoFace.frame();
        Rect around = new Rect(100, 50, 210, 250);
        Mat head = new Mat(clip.image(), around);
        Scalar gray = Scalar.all(120);
        Mat scene = new Mat(400, 640, opencv_core.CV_8UC3, gray)) {
      for (int i = 0; i < heights.length; i++) {
        double scale = heights[i] / 128.0;
        int left = 10 + 155 * i;
        try (Size size = new Size((int) (210 * scale), (int) (250 * scale));
            Rect place = new Rect(left, 50, size.width(), size.height());
            Mat target = new Mat(scene, place)) {
          opencv_imgproc.resize(head, target, size, 0, 0, opencv_imgproc.INTER_AREA);
        }
        boxes.append(
            ("<object><name>without_mask</name><bndbox><xmin>%d</xmin><ymin>%d</ymin>"
                    + "<xmax>%d</xmax><ymax>%d</ymax></bndbox></object>")
                .formatted(
                    left + (int) (61 * scale),
                    50 + (int) (60 * scale),
                    left + (int) (149 * scale),
                    50 + (int) (188 * scale)));
      }
      opencv_imgcodecs.imwrite(folder.resolve("set/images/1.png").toString(), scene);
    }
    Files.writeString(
        folder.resolve("set/annotations/1.xml"),
        "<annotation><filename>1.png</filename>" + boxes + "</annotation>");
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
    new Program(folder).run("evaluate", "yunet", "set").saysOnly(2, "measured on boxes");
    new Program(folder).run("evaluate", "nothing", "set").saysOnly(3, "no model 'nothing'");
  }

  @Test
  void oneLabelIsSaid() throws Exception {
    golden(1, "happy/1.png");
    assertThat(evaluate("--faces", "whole").err()).contains("only one label, 'happy'");
  }
}
