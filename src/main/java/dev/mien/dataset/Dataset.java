package dev.mien.dataset;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Labelled faces.
 *
 * @param labels each once; the labels of the examples count from 0 in this order
 * @param examples ordered by picture
 * @param leftOut how many pictures were left out because most people doubted ("doubt") or named a
 *     label that is left out, by that label
 */
public record Dataset(List<String> labels, List<Example> examples, Map<String, Integer> leftOut) {
  /** Why a picture is left out of which most people could name no label. */
  public static final String DOUBT = "doubt";

  public Dataset {
    leftOut = Map.copyOf(leftOut);
    labels = List.copyOf(labels);
    examples = List.copyOf(examples);
    if (new HashSet<>(labels).size() < labels.size()) {
      throw new IllegalArgumentException("a label is there twice: " + labels);
    }
    for (Example example : examples) {
      if (example.label() < Example.NO_LABEL || example.label() >= labels.size()) {
        throw new IllegalArgumentException(
            "%s has label %d of %d".formatted(example.picture(), example.label(), labels.size()));
      }
    }
  }

  /** Nothing was left out. */
  public Dataset(List<String> labels, List<Example> examples) {
    this(labels, examples, Map.of());
  }

  /**
   * Reads the names and labels of a folder, not its pictures: a folder a label ({@code
   * DIR/LABEL/…/picture.jpg}), or Pascal VOC ({@code DIR/annotations/*.xml} and {@code
   * DIR/images}), or pictures and what people said of them ({@code votes.csv}: see {@link
   * VoteTable}). Labels are in alphabetical order.
   *
   * @param map from a label of the folder to the one that it shall have; "-" leaves it out, and
   *     what is not named keeps its own
   * @throws DatasetException if there is nothing of the kind in the folder
   * @throws IllegalArgumentException if the map names a label that is not there
   */
  public static Dataset open(Path folder, Map<String, String> map) throws DatasetException {
    return open(folder, map, null);
  }

  /**
   * The same.
   *
   * @param judge the column of {@code votes.csv} whose words are the labels; null takes the votes
   */
  public static Dataset open(Path folder, Map<String, String> map, @Nullable String judge)
      throws DatasetException {
    if (!Files.isDirectory(folder)) {
      throw new DatasetException(
          "%s: %s, expected a folder with a folder of pictures for each label"
              .formatted(folder, Files.exists(folder) ? "is a file" : "there is no such folder"));
    }
    @Nullable Path table = VoteTable.of(folder);
    if (table != null) {
      return VoteTable.read(folder, table, map, judge);
    }
    if (judge != null) {
      throw new DatasetException(
          "%s: no %s in it or above, so there is no column '%s'"
              .formatted(folder, VoteTable.NAME, judge));
    }
    return Voc.in(folder) ? Voc.read(folder, map) : Folders.read(folder, map);
  }

  /** The same with its labels in another order, which may have more of them. */
  public Dataset ordered(List<String> order) {
    List<String> unknown = labels.stream().filter(l -> !order.contains(l)).toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "labels '%s' are not among %s"
              .formatted(String.join("', '", unknown), String.join(", ", order)));
    }
    return new Dataset(
        order, examples.stream().map(e -> e.ordered(labels, order)).toList(), leftOut);
  }

  /** Both together; labels of the same name are the same. */
  public Dataset and(Dataset other) {
    TreeSet<String> names = new TreeSet<>(labels);
    names.addAll(other.labels);
    List<String> order = List.copyOf(names);
    List<Example> all = new ArrayList<>(ordered(order).examples);
    all.addAll(other.ordered(order).examples);
    Map<String, Integer> out = new TreeMap<>(leftOut);
    other.leftOut.forEach((l, n) -> out.merge(l, n, Integer::sum));
    return new Dataset(order, all, out);
  }

  /** How many examples each label has. */
  public int[] counts() {
    int[] counts = new int[labels.size()];
    for (Example example : examples) {
      if (example.label() >= 0) {
        counts[example.label()]++;
      }
    }
    return counts;
  }

  /** The examples of each picture, in the order of the pictures' paths. */
  public Map<Path, List<Example>> byPicture() {
    Map<Path, List<Example>> pictures = new TreeMap<>();
    for (Example example : examples) {
      pictures.computeIfAbsent(example.picture(), p -> new ArrayList<>()).add(example);
    }
    return pictures;
  }
}
