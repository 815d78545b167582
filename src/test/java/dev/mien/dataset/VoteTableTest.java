package dev.mien.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A table of votes")
class VoteTableTest {
  private static final String HEAD = "part,file,calm,glad,scorn,unknown,no_face,old\n";

  private Path root;

  @BeforeEach
  void pictures(@TempDir Path folder) throws Exception {
    root = folder;
    Files.createDirectories(root.resolve("train"));
    Files.createDirectories(root.resolve("test"));
    for (String name : List.of("train/1.png", "train/2.png", "train/3.png", "test/4.png")) {
      Files.write(root.resolve(name), new byte[0]);
    }
  }

  private void table(String rows) throws Exception {
    Files.writeString(root.resolve("votes.csv"), HEAD + rows);
  }

  @Test
  @DisplayName("gives each picture of the folder its shares of votes, and doubt is none of them")
  void shares() throws Exception {
    table("train,1.png,6,2,0,2,0,glad\ntrain,2.png,1,9,0,0,0,calm\ntest,4.png,0,9,1,0,0,\n");
    Dataset dataset = Dataset.open(root.resolve("train"), Map.of());
    assertThat(dataset.labels()).containsExactly("calm", "glad", "scorn");
    assertThat(dataset.examples()).hasSize(2);
    Example first = dataset.examples().get(0);
    assertThat(first.picture()).isEqualTo(root.resolve("train/1.png"));
    assertThat(first.label()).isZero();
    assertThat(first.votes()).isEqualTo(new Votes(8, List.of(0.75, 0.25, 0.0)));
    assertThat(dataset.ordered(List.of("glad", "scorn", "calm", "more")).examples().get(0).votes())
        .isEqualTo(new Votes(8, List.of(0.25, 0.0, 0.75, 0.0)));
    assertThat(Dataset.open(root, Map.of()).examples()).hasSize(3);
  }

  @Test
  @DisplayName("leaves out, and counts, what most people doubted or gave a label that is left out")
  void leftOut() throws Exception {
    table("train,1.png,2,2,0,4,2,\ntrain,2.png,1,4,5,0,0,\ntrain,3.png,0,6,2,2,0,\n");
    Dataset dataset = Dataset.open(root.resolve("train"), Map.of("scorn", "-"));
    assertThat(dataset.leftOut()).isEqualTo(Map.of(Dataset.DOUBT, 1, "scorn", 1));
    assertThat(dataset.examples()).hasSize(1);
    assertThat(dataset.examples().get(0).votes()).isEqualTo(new Votes(6, List.of(0.0, 1.0)));
  }

  @Test
  @DisplayName("knows where people do not agree")
  void ties() throws Exception {
    table("train,1.png,4,4,2,0,0,\ntrain,2.png,5,5,0,0,0,\ntrain,3.png,10,0,0,0,0,\n");
    List<Example> examples = Dataset.open(root.resolve("train"), Map.of()).examples();
    assertThat(examples.stream().map(Example::isTied)).containsExactly(true, true, false);
    assertThat(examples.stream().map(e -> Objects.requireNonNull(e.votes()).agreement()))
        .satisfiesExactly(
            // Of the 45 pairs among ten people, 6 + 6 + 1, and 10 + 10, and all agree.
            a -> assertThat(a).isCloseTo(13 / 45.0, within(1e-9)),
            a -> assertThat(a).isCloseTo(20 / 45.0, within(1e-9)),
            a -> assertThat(a).isCloseTo(1, within(1e-9)));
  }

  @Test
  @DisplayName("may hold another judge's labels")
  void judge() throws Exception {
    table("train,1.png,6,2,0,2,0,glad\ntrain,2.png,1,9,0,0,0,calm\ntrain,3.png,1,9,0,0,0,\n");
    Dataset dataset = Dataset.open(root.resolve("train"), Map.of(), "old");
    assertThat(dataset.labels()).containsExactly("calm", "glad");
    assertThat(dataset.examples()).extracting(Example::label).containsExactly(1, 0);
    assertThat(dataset.examples()).allMatch(e -> e.votes() == null);
    assertThatThrownBy(() -> Dataset.open(root.resolve("train"), Map.of(), "young"))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("votes.csv has no column of labels 'young'; it has old");
  }

  @Test
  @DisplayName("above a folder of labels that it does not speak of is none of its business")
  void another() throws Exception {
    table("test,4.png,0,9,1,0,0,\n");
    Files.createDirectories(root.resolve("more/happy"));
    Files.write(root.resolve("more/happy/1.png"), new byte[0]);
    assertThat(Dataset.open(root.resolve("more"), Map.of()).labels()).containsExactly("happy");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "train,9.png,1,0,0,0,0,|row 2: there is no picture",
        "train,1.png,-1,3,0,0,0,|row 2: 'calm' is '-1', expected a whole number of votes",
        "train,1.png,1.5,3,0,0,0,|row 2: 'calm' is '1.5', expected a whole number of votes",
        "train,1.png,,3,0,0,0,;train,2.png,1,0,0,0,0,|row 2: 'calm' is ''",
        "train,1.png,0,0,0,0,0,|row 2: nobody voted on",
        "train,1.png,1|row 2: 3 columns, expected 8",
        "train,,1,0,0,0,0,|row 2: no file",
        "..,../../1.png,1,0,0,0,0,|is not below the table's folder",
        "''|has no rows",
        "train,1.png,a,b,c,d,e,f|has no votes",
      })
  void wrong(String rows, String message) throws Exception {
    table(rows.replace(';', '\n') + "\n");
    assertThatThrownBy(() -> Dataset.open(root.resolve("train"), Map.of()))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  @DisplayName("needs to say which file, and has each column once")
  void header() throws Exception {
    Files.writeString(root.resolve("votes.csv"), "picture,calm\n1.png,3\n");
    assertThatThrownBy(() -> Dataset.open(root, Map.of()))
        .hasMessageContaining("has no column 'file'; it has picture, calm");
    Files.writeString(root.resolve("votes.csv"), "file,calm,calm\n1.png,3,4\n");
    assertThatThrownBy(() -> Dataset.open(root, Map.of())).hasMessageContaining("a column twice");
  }
}
