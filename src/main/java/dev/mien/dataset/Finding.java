package dev.mien.dataset;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What is wrong with a dataset; each is one line for people. */
public sealed interface Finding {
  /** In one line. */
  String message();

  /** A picture that cannot be read; it is left out. */
  record Corrupt(Path picture, String message) implements Finding {}

  /** The same bytes under more than one label. */
  record TwoLabels(List<Path> pictures, List<String> labels) implements Finding {
    @Override
    public String message() {
      return "the same picture under '%s': %s"
          .formatted(
              String.join("' and '", labels),
              pictures.stream().map(Path::toString).collect(Collectors.joining(", ")));
    }
  }

  /** Nothing to tell apart. */
  record OneLabel(String label, String hint) implements Finding {
    @Override
    public String message() {
      return "only one label, '%s', expected two or more%s".formatted(label, hint);
    }
  }

  /** Not enough to learn from, or to measure by. */
  record TooFew(String label, int found, int expected) implements Finding {
    @Override
    public String message() {
      return "label '%s' has %d pictures that can be read, expected %d or more"
          .formatted(label, found, expected);
    }
  }
}
