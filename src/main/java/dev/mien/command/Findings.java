package dev.mien.command;

import dev.mien.dataset.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says on standard error what is wrong with a dataset, without a flood. */
final class Findings {
  private static final int OF_A_KIND = 5;

  private Findings() {}

  static void tell(List<Finding> findings) {
    Map<Class<?>, List<Finding>> kinds = new LinkedHashMap<>();
    findings.forEach(f -> kinds.computeIfAbsent(f.getClass(), k -> new ArrayList<>()).add(f));
    for (List<Finding> kind : kinds.values()) {
      kind.stream().limit(OF_A_KIND).forEach(f -> System.err.println("mien: " + line(f)));
      if (kind.size() > OF_A_KIND) {
        System.err.printf("mien: and %d more of that kind%n", kind.size() - OF_A_KIND);
      }
    }
  }

  private static String line(Finding finding) {
    return finding.message() + (finding instanceof Finding.Corrupt ? "; skipped" : "");
  }
}
