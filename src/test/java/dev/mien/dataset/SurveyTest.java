package dev.mien.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SurveyTest {
  @TempDir private Path root = Path.of("");

  /** Two labels of that many pictures, no two alike. */
  private void fill(int pictures) throws Exception {
    for (int i = 0; i < pictures; i++) {
      Pictures.write(root.resolve("a/%03d.png".formatted(i)), i);
      Pictures.write(root.resolve("b/%03d.png".formatted(i)), 1000 + i);
    }
  }

  private Survey survey() throws Exception {
    return Survey.of(Dataset.open(root, Map.of()), n -> {});
  }

  private static List<String> told(Survey survey) {
    return survey.findings().stream().map(Finding::message).toList();
  }

  @Test
  void nothingIsFoundWhereNothingIsWrong() throws Exception {
    fill(10);
    AtomicInteger most = new AtomicInteger();
    Survey survey =
        Survey.of(Dataset.open(root, Map.of()), n -> most.accumulateAndGet(n, Math::max));
    assertThat(survey.findings()).isEmpty();
    assertThat(survey.prints()).hasSize(20);
    assertThat(most).hasValue(20);
    assertThat(survey.prints().values())
        .allMatch(p -> p.size().toString().equals("96x96"))
        .allMatch(p -> p.sha256().matches("[0-9a-f]{64}"));
  }

  @Test
  void corruptPicturesAreNamedAndLeftOut() throws Exception {
    fill(11);
    Files.write(root.resolve("a/000.png"), new byte[0]);
    Files.writeString(root.resolve("a/text.jpg"), "no picture at all, but some letters");
    byte[] whole = Files.readAllBytes(root.resolve("a/002.png"));
    Files.write(root.resolve("a/half.png"), Arrays.copyOf(whole, whole.length / 2));
    try (Mat photo = Pictures.draw(5, 400, 300)) {
      Pictures.write(root.resolve("photo.jpg"), photo);
    }
    byte[] jpeg = Files.readAllBytes(root.resolve("photo.jpg"));
    Files.write(root.resolve("a/half.jpg"), Arrays.copyOf(jpeg, jpeg.length / 2));
    Survey survey = survey();
    assertThat(survey.findings()).allMatch(f -> f instanceof Finding.Corrupt);
    assertThat(told(survey))
        .hasSize(4)
        .anyMatch(m -> m.contains("a/000.png: not a picture that can be read"))
        .anyMatch(m -> m.contains("a/half.jpg: the end of the picture is missing"))
        .anyMatch(m -> m.contains("a/half.png"))
        .anyMatch(m -> m.contains("a/text.jpg"));
    assertThat(survey.usable().counts()).containsExactly(10, 11);
  }

  @Test
  void tooFewPicturesAndOneLabel() throws Exception {
    fill(9);
    assertThat(told(survey()))
        .containsExactly(
            "label 'a' has 9 pictures that can be read, expected 10 or more",
            "label 'b' has 9 pictures that can be read, expected 10 or more");
    Files.createDirectories(root.resolve("above/set"));
    Files.move(root.resolve("a"), root.resolve("above/set/a"));
    Files.move(root.resolve("b"), root.resolve("above/set/b"));
    Survey above = Survey.of(Dataset.open(root.resolve("above"), Map.of()), n -> {});
    assertThat(told(above).get(0))
        .startsWith("only one label, 'set', expected two or more")
        .endsWith("are the folders in it (a, b) the labels?");
  }

  @Test
  void theSamePictureUnderTwoLabels() throws Exception {
    fill(10);
    Files.copy(root.resolve("a/004.png"), root.resolve("b/copy.png"));
    Files.copy(root.resolve("a/005.png"), root.resolve("a/copy.png"));
    assertThat(told(survey()))
        .containsExactly(
            "the same picture under 'a' and 'b': %s, %s"
                .formatted(root.resolve("a/004.png"), root.resolve("b/copy.png")));
  }

  @Test
  void copiesOfAPictureAreOneGroup() throws Exception {
    fill(10);
    Pictures.write(root.resolve("b/again.jpg"), 1);
    Pictures.resized(root.resolve("b/large.png"), 2, 224, 224);
    Pictures.resized(root.resolve("b/small.png"), 3, 40, 40);
    Pictures.mirrored(root.resolve("b/mirrored.png"), 4);
    Groups groups = Groups.of(survey(), List.of());
    assertThat(groups.count()).isEqualTo(20);
    assertThat(groups.of(root.resolve("b/again.jpg"))).isEqualTo(of(groups, "a/001.png"));
    assertThat(of(groups, "b/large.png")).isEqualTo(of(groups, "a/002.png"));
    assertThat(of(groups, "b/small.png")).isEqualTo(of(groups, "a/003.png"));
    assertThat(of(groups, "b/mirrored.png")).isEqualTo(of(groups, "a/004.png"));
  }

  private int of(Groups groups, String name) {
    return groups.of(root.resolve(name));
  }

  @Test
  void namesMakeGroups() throws Exception {
    for (int person = 0; person < 10; person++) {
      Pictures.write(root.resolve("with/%d-with-mask_ab.png".formatted(person)), person);
      Pictures.write(root.resolve("without/%d_cd.png".formatted(person)), 100 + person);
    }
    Pictures.write(root.resolve("with/augmented_1.png"), 300);
    Pictures.write(root.resolve("without/augmented_2.png"), 301);
    Groups groups =
        Groups.of(
            survey(),
            List.of(Pattern.compile("^(\\d+)(?:-with-mask)?_"), Pattern.compile("^augmented")));
    assertThat(groups.count()).isEqualTo(11);
    assertThat(of(groups, "with/3-with-mask_ab.png")).isEqualTo(of(groups, "without/3_cd.png"));
    assertThat(of(groups, "with/augmented_1.png")).isEqualTo(of(groups, "without/augmented_2.png"));
  }

  @Test
  void aSplitKeepsGroupsTogetherAndLabelsInShare() throws Exception {
    fill(40);
    for (int i = 0; i < 20; i++) {
      Pictures.write(root.resolve("b/copy%d.jpg".formatted(i)), i);
    }
    Survey survey = survey();
    Groups groups = Groups.of(survey, List.of());
    Split split = Split.of(survey.usable(), groups, 0.25, 7);
    assertThat(split.validation().counts()).containsExactly(10, 15);
    assertThat(split.training().counts()).containsExactly(30, 45);
    assertThat(split.training().examples())
        .noneMatch(
            t ->
                split.validation().examples().stream()
                    .anyMatch(v -> groups.of(v.picture()) == groups.of(t.picture())));
    assertThat(Split.of(survey.usable(), groups, 0.25, 7)).isEqualTo(split);
    assertThat(Split.of(survey.usable(), groups, 0.25, 8)).isNotEqualTo(split);
  }

  @Test
  void aGroupLargerThanItsShareTrains() throws Exception {
    fill(10);
    Groups groups = Groups.of(survey(), List.of(Pattern.compile("^00[0-4]")));
    Split split = Split.of(survey().usable(), groups, 0.2, 1);
    assertThat(split.validation().counts()).containsExactly(2, 2);
    assertThat(split.training().examples())
        .filteredOn(e -> e.picture().toString().matches(".*00[0-4].png"))
        .hasSize(10);
  }
}
