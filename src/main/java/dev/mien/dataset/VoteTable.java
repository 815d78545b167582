package dev.mien.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Pictures and a table of what people said of them: {@code votes.csv}, in the folder or in the one
 * above it. Its columns are {@code file}, before it {@code part} if the pictures lie in folders,
 * and one of whole numbers for each label; columns of words are another judge's labels. What is
 * called {@code unknown} or {@code no_face} is doubt: those votes are for no label.
 */
final class VoteTable {
  /** The name of the table. */
  static final String NAME = "votes.csv";

  private static final String PART = "part";
  private static final String FILE = "file";
  private static final Set<String> DOUBTS = Set.of("unknown", "no_face");
  private static final CsvMapper CSV =
      CsvMapper.csvBuilder()
          .enable(CsvParser.Feature.WRAP_AS_ARRAY, CsvParser.Feature.TRIM_SPACES)
          .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
          .build();

  private final Path folder;
  private final Path table;
  private final String[][] rows;
  private final List<String> header;

  private VoteTable(Path folder, Path table) throws DatasetException {
    this.folder = folder;
    this.table = table;
    try {
      this.rows = CSV.readValue(Files.readAllBytes(table), String[][].class);
    } catch (JsonProcessingException e) {
      throw new DatasetException(
          "%s is not a table: %s"
              .formatted(table, String.valueOf(e.getOriginalMessage()).lines().findFirst().get()),
          e);
    } catch (IOException e) {
      throw new DatasetException(table + " cannot be read: " + e.getMessage(), e);
    }
    if (rows.length < 2) {
      throw new DatasetException(
          "%s has no rows, expected a first one with %s and the labels, and one for each picture"
              .formatted(table, FILE));
    }
    this.header = Arrays.stream(rows[0]).map(c -> c.replace("\ufeff", "")).toList();
    if (!header.contains(FILE)) {
      throw new DatasetException(
          "%s has no column '%s'; it has %s".formatted(table, FILE, String.join(", ", header)));
    }
    if (Set.copyOf(header).size() < header.size()) {
      throw new DatasetException(
          "%s has a column twice: %s".formatted(table, String.join(", ", header)));
    }
    for (int i = 1; i < rows.length; i++) {
      if (rows[i].length != header.size()) {
        throw new DatasetException(
            "%s, row %d: %d columns, expected %d"
                .formatted(table, i + 1, rows[i].length, header.size()));
      }
    }
  }

  /** The table in a folder, or the one above it that speaks of its pictures. */
  static @Nullable Path of(Path folder) throws DatasetException {
    if (Files.isRegularFile(folder.resolve(NAME))) {
      return folder.resolve(NAME);
    }
    Path all = folder.toAbsolutePath().normalize();
    @Nullable Path above = all.getParent();
    if (above == null || !Files.isRegularFile(above.resolve(NAME))) {
      return null;
    }
    VoteTable table = new VoteTable(folder, above.resolve(NAME));
    for (int i = 1; i < table.rows.length; i++) {
      if (table.path(i).startsWith(all)) {
        return above.resolve(NAME);
      }
    }
    return null;
  }

  /**
   * Reads the rows about a folder's pictures.
   *
   * @param judge the column of words whose labels are taken instead of the votes; null for votes
   */
  static Dataset read(Path folder, Path table, Map<String, String> map, @Nullable String judge)
      throws DatasetException {
    VoteTable votes = new VoteTable(folder, table);
    return judge == null ? votes.voted(map) : votes.judged(map, judge);
  }

  private Dataset judged(Map<String, String> map, String judge) throws DatasetException {
    int column = header.indexOf(judge);
    if (column < 0 || !words().contains(column)) {
      throw new DatasetException(
          "%s has no column of labels '%s'; it has %s"
              .formatted(
                  table, judge, String.join(", ", words().stream().map(header::get).toList())));
    }
    Set<String> theirs = new TreeSet<>();
    for (int i = 1; i < rows.length; i++) {
      if (!rows[i][column].isBlank()) {
        theirs.add(rows[i][column]);
      }
    }
    LabelMap labels = new LabelMap(table, map, theirs);
    List<Example> examples = new ArrayList<>();
    for (int i = 1; i < rows.length; i++) {
      @Nullable Path picture = picture(i);
      if (picture != null && !rows[i][column].isBlank()) {
        int label = labels.index(rows[i][column]);
        if (label >= 0) {
          examples.add(new Example(picture, null, label));
        }
      }
    }
    return some(new Dataset(labels.labels(), examples));
  }

  private Dataset voted(Map<String, String> map) throws DatasetException {
    List<Integer> columns = numbers();
    List<String> theirs =
        columns.stream().map(header::get).filter(l -> !DOUBTS.contains(l)).toList();
    if (theirs.isEmpty()) {
      throw new DatasetException(
          "%s has no votes, expected a column of whole numbers for each label".formatted(table));
    }
    LabelMap labels = new LabelMap(table, map, new TreeSet<>(theirs));
    List<Example> examples = new ArrayList<>();
    Map<String, Integer> leftOut = new TreeMap<>();
    for (int i = 1; i < rows.length; i++) {
      @Nullable Path picture = picture(i);
      if (picture == null) {
        continue;
      }
      long[] counts = new long[labels.labels().size()];
      long most = 0;
      long all = 0;
      long doubt = 0;
      String dropped = "";
      long mostDropped = 0;
      for (int column : columns) {
        long votes = votes(i, column);
        String label = header.get(column);
        all += votes;
        if (DOUBTS.contains(label)) {
          doubt += votes;
        } else if (labels.index(label) >= 0) {
          int at = labels.index(label);
          counts[at] += votes;
          most = Math.max(most, counts[at]);
        } else if (votes > mostDropped) {
          mostDropped = votes;
          dropped = label;
        }
      }
      if (all == 0) {
        throw new DatasetException(
            "%s, row %d: nobody voted on %s".formatted(table, i + 1, picture));
      }
      if (2 * doubt > all || mostDropped > most || most == 0) {
        boolean doubted = 2 * doubt > all || mostDropped == 0;
        leftOut.merge(doubted ? Dataset.DOUBT : dropped, 1, Integer::sum);
        continue;
      }
      examples.add(example(picture, counts));
    }
    return some(new Dataset(labels.labels(), examples, leftOut));
  }

  private static Example example(Path picture, long[] counts) {
    long sum = Arrays.stream(counts).sum();
    List<Double> shares = new ArrayList<>();
    int first = 0;
    for (int k = 0; k < counts.length; k++) {
      shares.add(counts[k] / (double) sum);
      first = counts[k] > counts[first] ? k : first;
    }
    return new Example(picture, null, first, "", new Votes((int) sum, shares));
  }

  private Dataset some(Dataset dataset) throws DatasetException {
    if (dataset.examples().isEmpty() && dataset.leftOut().isEmpty()) {
      throw new DatasetException("%s says nothing of pictures in %s".formatted(table, folder));
    }
    return dataset;
  }

  /** The picture of a row; null if it lies in another folder. */
  private @Nullable Path picture(int row) throws DatasetException {
    Path picture = path(row);
    Path all = folder.toAbsolutePath().normalize();
    if (!picture.startsWith(all)) {
      return null;
    }
    if (!Files.isRegularFile(picture)) {
      throw new DatasetException(
          "%s, row %d: there is no picture %s".formatted(table, row + 1, picture));
    }
    return folder.resolve(all.relativize(picture));
  }

  private Path path(int row) throws DatasetException {
    int part = header.indexOf(PART);
    String file = rows[row][header.indexOf(FILE)];
    if (file.isBlank()) {
      throw new DatasetException("%s, row %d: no file".formatted(table, row + 1));
    }
    try {
      Path named = (part < 0 ? Path.of(file) : Path.of(rows[row][part], file)).normalize();
      if (!named.isAbsolute() && !named.startsWith("..")) {
        Path root = Objects.requireNonNull(table.toAbsolutePath().normalize().getParent());
        return root.resolve(named);
      }
    } catch (InvalidPathException e) {
      // Said below, as for one that leads elsewhere.
    }
    throw new DatasetException(
        "%s, row %d: '%s' is not below the table's folder".formatted(table, row + 1, file));
  }

  private long votes(int row, int column) throws DatasetException {
    String cell = rows[row][column];
    if (!whole(cell)) {
      throw new DatasetException(
          "%s, row %d: '%s' is '%s', expected a whole number of votes, 0 or more"
              .formatted(table, row + 1, header.get(column), cell));
    }
    return Long.parseLong(cell);
  }

  private static boolean whole(String cell) {
    return cell.matches("[0-9]{1,9}");
  }

  private boolean isName(int column) {
    return header.get(column).equals(FILE) || header.get(column).equals(PART);
  }

  /** Columns that are about votes: those with any number in them. */
  private List<Integer> numbers() {
    List<Integer> columns = new ArrayList<>();
    for (int c = 0; c < header.size(); c++) {
      int column = c;
      if (!isName(c) && Arrays.stream(rows).skip(1).anyMatch(r -> number(r[column]))) {
        columns.add(c);
      }
    }
    return columns;
  }

  private static boolean number(String cell) {
    return cell.matches("[-+]?[0-9.]+([eE][-+]?[0-9]+)?");
  }

  private List<Integer> words() {
    List<Integer> columns = new ArrayList<>();
    List<Integer> numbers = numbers();
    for (int c = 0; c < header.size(); c++) {
      if (!isName(c) && !numbers.contains(c)) {
        columns.add(c);
      }
    }
    return Collections.unmodifiableList(columns);
  }
}
