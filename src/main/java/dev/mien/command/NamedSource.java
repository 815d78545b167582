package dev.mien.command;

import dev.mien.source.SourceAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A source, and what its user calls it.
 *
 * @param name empty where none was given
 */
record NamedSource(String name, SourceAddress address) {
  private static final Pattern FORM =
      Pattern.compile("([\\p{L}\\p{N}_][\\p{L}\\p{N}._-]{0,63})=(.+)");

  /** From {@code NAME=SOURCE} or {@code SOURCE}; a file that is called so is a file. */
  static NamedSource parse(String text) {
    Matcher parts = FORM.matcher(text);
    return parts.matches() && !Files.exists(Path.of(text))
        ? new NamedSource(parts.group(1), SourceAddress.parse(parts.group(2)))
        : new NamedSource("", SourceAddress.parse(text));
  }

  /**
   * What each source is called; no two alike, for files and records are named by it.
   *
   * @throws IllegalArgumentException if two were given one name
   */
  static List<String> names(List<NamedSource> sources) {
    if (sources.size() == 1 && sources.get(0).name().isEmpty()) {
      return List.of(sources.get(0).address().name());
    }
    List<String> given =
        sources.stream().map(NamedSource::name).filter(name -> !name.isEmpty()).toList();
    given.stream()
        .filter(name -> given.indexOf(name) != given.lastIndexOf(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException(
                  "--source: two sources are called '" + name + "'; give each its own name");
            });
    List<String> names = new ArrayList<>();
    for (NamedSource source : sources) {
      if (!source.name().isEmpty()) {
        names.add(source.name());
        continue;
      }
      String plain = source.address().name().replaceAll("[^\\p{L}\\p{N}._-]+", "-");
      String name = plain;
      for (int n = 2; names.contains(name) || given.contains(name); n++) {
        name = plain + "-" + n;
      }
      names.add(name);
    }
    return names;
  }
}
