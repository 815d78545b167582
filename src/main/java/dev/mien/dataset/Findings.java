package dev.mien.dataset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What is wrong with a dataset, for people. */
public final class Findings {
  private static final int OF_A_KIND = 5;

  private Findings() {}

  /** A line each, of many of a kind the first few. */
  public static List<String> lines(List<Finding> findings, Function<Finding, String> line) {
    Map<Class<?>, List<Finding>> kinds = new LinkedHashMap<>();
    findings.forEach(f -> kinds.computeIfAbsent(f.getClass(), k -> new ArrayList<>()).add(f));
    List<String> lines = new ArrayList<>();
    for (List<Finding> kind : kinds.values()) {
      kind.stream().limit(OF_A_KIND).map(line).forEach(lines::add);
      if (kind.size() > OF_A_KIND) {
        lines.add("and %d more of that kind".formatted(kind.size() - OF_A_KIND));
      }
    }
    return lines;
  }
}
