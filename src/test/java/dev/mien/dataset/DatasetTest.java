package dev.mien.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.frame.Box;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatasetTest {
  @TempDir private Path root = Path.of("");

  private void touch(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
  }

  private static List<String> told(Dataset dataset, Path root) {
    return dataset.examples().stream()
        .map(
            e ->
                root.relativize(e.picture())
                    + " "
                    + (e.label() < 0 ? "-" : dataset.labels().get(e.label()))
                    + " "
                    + e.part())
        .toList();
  }

  @Test
  void aFolderForEachLabelInAlphabeticalOrder() throws Exception {
    for (String name :
        List.of(
            "sad/b.PNG",
            "sad/a.jpg",
            "happy/c.webp",
            "happy/notes.txt",
            "happy/.hidden.jpg",
            "happy/beard/d.jpg",
            "happy/beard/left/e.bmp",
            "__MACOSX/f.jpg",
            ".git/g.jpg",
            "loose.jpg")) {
      touch(name);
    }
    Dataset dataset = Dataset.open(root, Map.of());
    assertThat(dataset.labels()).containsExactly("happy", "sad");
    assertThat(told(dataset, root))
        .containsExactly(
            "happy/beard/d.jpg happy beard",
            "happy/beard/left/e.bmp happy beard",
            "happy/c.webp happy ",
            "sad/a.jpg sad ",
            "sad/b.PNG sad ");
    assertThat(dataset.counts()).containsExactly(3, 2);
    assertThat(dataset.examples()).allMatch(e -> e.face() == null);
  }

  @Test
  void labelsAreRenamedMergedAndLeftOut() throws Exception {
    for (String name : List.of("con/a.jpg", "tela/b.jpg", "mal/c.jpg", "sin/d.jpg")) {
      touch(name);
    }
    Dataset dataset = Dataset.open(root, Map.of("con", "with", "tela", "with", "mal", "-"));
    assertThat(told(dataset, root))
        .containsExactly("con/a.jpg with ", "sin/d.jpg sin ", "tela/b.jpg with ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.open(root, Map.of("conn", "with")))
        .withMessage("--map: %s has no label 'conn'; it has con, mal, sin, tela", root);
  }

  @Test
  void theOrderOfLabelsIsGiven() throws Exception {
    touch("a/1.jpg");
    touch("b/2.jpg");
    Dataset dataset = Dataset.open(root, Map.of());
    Dataset ordered = dataset.ordered(List.of("c", "b", "a"));
    assertThat(told(ordered, root)).containsExactly("a/1.jpg a ", "b/2.jpg b ");
    assertThat(ordered.counts()).containsExactly(0, 1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> dataset.ordered(List.of("a", "c")))
        .withMessage("labels 'b' are not among a, c");
  }

  @Test
  void twoSetsBecomeOne() throws Exception {
    touch("one/a/1.jpg");
    touch("one/c/2.jpg");
    touch("two/b/3.jpg");
    touch("two/c/4.jpg");
    Dataset both =
        Dataset.open(root.resolve("one"), Map.of())
            .and(Dataset.open(root.resolve("two"), Map.of()));
    assertThat(told(both, root))
        .containsExactly("one/a/1.jpg a ", "one/c/2.jpg c ", "two/b/3.jpg b ", "two/c/4.jpg c ");
  }

  @Test
  void whatIsNoDatasetSaysWhatItShouldBe() throws Exception {
    assertThatThrownBy(() -> Dataset.open(root.resolve("nowhere"), Map.of()))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("nowhere: there is no such folder, expected a folder");
    assertThatThrownBy(() -> Dataset.open(root, Map.of()))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("no folders in it, expected one with pictures for each label");
    touch("a/notes.txt");
    assertThatThrownBy(() -> Dataset.open(root, Map.of()))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("no pictures in a, expected jpg, png, bmp, webp or tif");
    assertThatThrownBy(() -> Dataset.open(root.resolve("a/notes.txt"), Map.of()))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("notes.txt: is a file, expected a folder");
  }

  private void annotate(String name, String text) throws IOException {
    Files.createDirectories(root.resolve("annotations"));
    Files.createDirectories(root.resolve("images"));
    Files.writeString(root.resolve("annotations").resolve(name), text);
  }

  private static String object(String label, int difficult, int... box) {
    return """
        <object><name>%s</name><difficult>%d</difficult><bndbox>\
        <xmin>%d</xmin><ymin>%d</ymin><xmax>%d</xmax><ymax>%d</ymax></bndbox></object>"""
        .formatted(label, difficult, box[0], box[1], box[2], box[3]);
  }

  @Test
  void pascalVoc() throws Exception {
    annotate(
        "b.xml",
        "<annotation><filename>b.png</filename>"
            + object("con", 0, 1, 1, 10, 20)
            + object("mal", 1, 11, 21, 30, 40)
            + "</annotation>");
    annotate(
        "a.xml",
        "<annotation><filename>a.png</filename>" + object("sin", 0, 5, 5, 9, 9) + "</annotation>");
    touch("images/b.png");
    touch("images/a.jpg");
    Dataset dataset = Dataset.open(root, Map.of("con", "with", "sin", "without", "mal", "-"));
    assertThat(dataset.labels()).containsExactly("with", "without");
    assertThat(told(dataset, root))
        .containsExactly("images/a.jpg without ", "images/b.png with ", "images/b.png - difficult");
    assertThat(dataset.examples().get(1).face()).isEqualTo(new Box(0, 0, 10, 20));
    assertThat(dataset.byPicture()).hasSize(2);
    assertThat(dataset.counts()).containsExactly(1, 1);
  }

  @Test
  void brokenAnnotationsAreNamed() throws Exception {
    annotate("a.xml", "<annotation><filename>a.png</filename>" + object("x", 0, 1, 1, 9, 9));
    refuses("a.xml: not an annotation of Pascal VOC");
    annotate("a.xml", "<annotation>" + object("x", 0, 1, 1, 9, 9) + "</annotation>");
    refuses("a.xml: its picture 'null' is not in");
    annotate("a.xml", "<annotation><filename>../../etc/passwd</filename></annotation>");
    refuses("its picture '../../etc/passwd' is not in");
    touch("images/a.jpg");
    annotate("a.xml", "<annotation>" + object("x", 0, 9, 1, 3, 9) + "</annotation>");
    refuses("box of 'x' has xmin 9.0, ymin 1.0, xmax 3.0, ymax 9.0; expected min below max");
    annotate("a.xml", "<annotation><object><name>x</name></object></annotation>");
    refuses("a.xml: xmin is 'null', expected a number of pixels");
    annotate("a.xml", "<annotation/>");
    refuses("no boxes in it");
    annotate("a.xml", "<!DOCTYPE a [<!ENTITY e SYSTEM 'a.jpg'>]><annotation>&e;</annotation>");
    refuses("DOCTYPE");
  }

  private void refuses(String part) {
    assertThatThrownBy(() -> Dataset.open(root, Map.of()))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(part);
  }
}
