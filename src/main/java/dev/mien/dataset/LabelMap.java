package dev.mien.dataset;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Their labels to ours. */
final class LabelMap {
  private static final String LEFT_OUT = "-";

  private final Map<String, String> map;
  private final List<String> labels;

  /**
   * @param theirs what the folder has
   * @throws IllegalArgumentException if the map names what the folder has not
   */
  LabelMap(Path folder, Map<String, String> map, Set<String> theirs) {
    for (String label : map.keySet()) {
      if (!theirs.contains(label)) {
        throw new IllegalArgumentException(
            "--map: %s has no label '%s'; it has %s"
                .formatted(folder, label, String.join(", ", theirs)));
      }
    }
    this.map = Map.copyOf(map);
    this.labels =
        theirs.stream()
            .map(l -> map.getOrDefault(l, l))
            .filter(l -> !l.equals(LEFT_OUT))
            .distinct()
            .sorted()
            .toList();
  }

  /** Ours, in alphabetical order. */
  List<String> labels() {
    return labels;
  }

  /** The index of ours, or {@link Example#NO_LABEL}. */
  int index(String theirs) {
    return labels.indexOf(map.getOrDefault(theirs, theirs));
  }
}
