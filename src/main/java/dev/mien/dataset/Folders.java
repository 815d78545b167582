package dev.mien.dataset;

import dev.mien.source.PictureFolder;
import dev.mien.source.Still;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A folder for each label; what is nested deeper belongs to the label too. */
final class Folders {
  private Folders() {}

  static Dataset read(Path root, Map<String, String> map) throws DatasetException {
    Map<String, List<Path>> pictures = new TreeMap<>();
    for (Path folder : list(root)) {
      if (Files.isDirectory(folder)) {
        pictures.put(folder.getFileName().toString(), pictures(folder));
      }
    }
    if (pictures.isEmpty()) {
      throw new DatasetException(
          root + ": no folders in it, expected one with pictures for each label");
    }
    if (pictures.values().stream().allMatch(List::isEmpty)) {
      throw new DatasetException(
          "%s: no pictures in %s, expected jpg, png, bmp, webp or tif"
              .formatted(root, String.join(", ", pictures.keySet())));
    }
    LabelMap labels = new LabelMap(root, map, pictures.keySet());
    List<Example> examples = new ArrayList<>();
    for (var entry : pictures.entrySet()) {
      int label = labels.index(entry.getKey());
      if (label >= 0) {
        Path folder = root.resolve(entry.getKey());
        for (Path picture : entry.getValue()) {
          Path inside = folder.relativize(picture);
          String part = inside.getNameCount() > 1 ? inside.getName(0).toString() : "";
          examples.add(new Example(picture, null, label, part));
        }
      }
    }
    return new Dataset(labels.labels(), examples);
  }

  private static List<Path> list(Path folder) throws DatasetException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(p -> !PictureFolder.isHidden(folder, p)).sorted().toList();
    } catch (IOException e) {
      throw new DatasetException(folder + " cannot be listed: " + e.getMessage(), e);
    }
  }

  private static List<Path> pictures(Path folder) throws DatasetException {
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return files
          .filter(p -> Still.named(p) && !PictureFolder.isHidden(folder, p))
          .sorted()
          .toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      throw new DatasetException(folder + " cannot be listed: " + e.getMessage(), e);
    }
  }
}
