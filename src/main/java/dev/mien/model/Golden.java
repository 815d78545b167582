package dev.mien.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A picture and the answer that the model gave for it when it was made.
 *
 * @param picture a file in the model's folder; all of it is taken for a face's box
 * @param probabilities in the order of the labels
 */
public record Golden(String picture, List<Double> probabilities) {
  /** The folder of the pictures, in the model's folder. */
  public static final String FOLDER = "goldens/";

  /**
   * The answers: a table with a row for each picture, whose columns are called as the labels are,
   * so that labels in another order are found out.
   */
  public static final String ANSWERS = FOLDER + "answers.csv";

  private static final CsvMapper CSV =
      CsvMapper.csvBuilder().enable(CsvParser.Feature.WRAP_AS_ARRAY).build();

  public Golden {
    probabilities = List.copyOf(probabilities);
  }

  /** The bytes of {@link #ANSWERS}. */
  public static byte[] answers(List<String> labels, List<Golden> goldens) {
    List<String[]> table = new ArrayList<>();
    table.add(row("picture", labels));
    for (Golden golden : goldens) {
      table.add(
          row(
              golden.picture.substring(FOLDER.length()),
              golden.probabilities.stream()
                  .map(p -> String.format(Locale.ROOT, "%.5f", p))
                  .toList()));
    }
    try {
      return CSV.writeValueAsBytes(table);
    } catch (JsonProcessingException e) {
      throw new AssertionError("words and numbers fit into a table", e);
    }
  }

  private static String[] row(String first, List<String> others) {
    List<String> row = new ArrayList<>(List.of(first));
    row.addAll(others);
    return row.toArray(String[]::new);
  }

  /**
   * Reads them back.
   *
   * @param file for messages
   */
  public static List<Golden> parse(String file, byte[] answers, List<String> labels)
      throws ModelException {
    String[][] table;
    try {
      table = CSV.readValue(answers, String[][].class);
    } catch (IOException e) {
      throw new ModelException(
          "%s is not a table: %s"
              .formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
    if (table.length == 0) {
      throw new ModelException(file + " is empty, expected picture and labels as its first row");
    }
    Map<String, Integer> columns = new HashMap<>();
    for (int i = 1; i < table[0].length; i++) {
      columns.put(table[0][i], i);
    }
    if (columns.size() != labels.size() || !columns.keySet().containsAll(labels)) {
      throw new ModelException(
          "%s is about the labels %s, but labels.txt has %s"
              .formatted(file, List.of(table[0]).subList(1, table[0].length), labels));
    }
    List<Golden> goldens = new ArrayList<>();
    for (int i = 1; i < table.length; i++) {
      if (table[i].length != table[0].length) {
        throw new ModelException(
            "%s: row %d has %d columns, expected %d"
                .formatted(file, i + 1, table[i].length, table[0].length));
      }
      List<Double> probabilities = new ArrayList<>();
      for (String label : labels) {
        probabilities.add(
            number(file, i + 1, table[i][Objects.requireNonNull(columns.get(label))]));
      }
      goldens.add(new Golden(FOLDER + table[i][0], probabilities));
    }
    return goldens;
  }

  private static double number(String file, int row, String text) throws ModelException {
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value <= 1) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number that is none.
    }
    throw new ModelException("%s: row %d: '%s' is not 0..1".formatted(file, row, text));
  }
}
