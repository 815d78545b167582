package dev.mien.teach;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much each face counts: the root of how many its folder has of its label, so that one large
 * folder does not speak for all, and the labels as far alike as the recipe's {@code balance} says.
 */
final class Weighing {
  private record Part(int folder, int label) {}

  private Weighing() {}

  static double[] of(List<HeadTraining.Point> points, Recipe recipe, Path root) {
    List<Path> folders = recipe.data().stream().map(f -> root.resolve(f.folder())).toList();
    Part[] parts = new Part[points.size()];
    Map<Part, Integer> seen = new HashMap<>();
    Map<Integer, Integer> labels = new HashMap<>();
    for (int i = 0; i < parts.length; i++) {
      HeadTraining.Point point = points.get(i);
      parts[i] = new Part(folder(folders, point.picture()), point.label());
      seen.merge(parts[i], 1, Integer::sum);
      labels.merge(point.label(), 1, Integer::sum);
    }
    double[] weights = new double[parts.length];
    Map<Integer, Double> totals = new HashMap<>();
    for (int i = 0; i < parts.length; i++) {
      weights[i] = 1 / Math.sqrt(seen.getOrDefault(parts[i], 1));
      totals.merge(parts[i].label(), weights[i], Double::sum);
    }
    double balance = recipe.learning().balance();
    for (int i = 0; i < parts.length; i++) {
      int label = parts[i].label();
      weights[i] *=
          Math.pow(labels.getOrDefault(label, 1), 1 - balance) / totals.getOrDefault(label, 1.0);
    }
    return weights;
  }

  private static int folder(List<Path> folders, Path picture) {
    for (int i = 0; i < folders.size(); i++) {
      if (picture.startsWith(folders.get(i))) {
        return i;
      }
    }
    return -1;
  }
}
