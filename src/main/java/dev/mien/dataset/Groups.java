package dev.mien.dataset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Pictures that must stay together, for one shows what another asks: copies of a photo, and what a
 * naming says to be of one person.
 */
public final class Groups {
  private final Map<Path, Integer> number;
  private final int count;

  private Groups(Map<Path, Integer> number, int count) {
    this.number = number;
    this.count = count;
  }

  /**
   * Looks for copies among all pictures of the survey.
   *
   * @param names patterns that are looked for in a file's name; pictures for which the same pattern
   *     captures the same are together. One that captures nothing puts all that it finds together
   */
  public static Groups of(Survey survey, List<Pattern> names) {
    List<Path> pictures = List.copyOf(survey.prints().keySet());
    int[] parent = IntStream.range(0, pictures.size()).toArray();
    for (int[] pair : copies(List.copyOf(survey.prints().values()))) {
      join(parent, pair[0], pair[1]);
    }
    Map<List<Object>, Integer> first = new HashMap<>();
    for (int i = 0; i < parent.length; i++) {
      for (Pattern pattern : names) {
        Optional<List<Object>> key = key(pattern, pictures.get(i));
        if (key.isPresent()) {
          Integer before = first.putIfAbsent(key.get(), i);
          join(parent, before == null ? i : before, i);
        }
      }
    }
    Map<Integer, Integer> numbers = new HashMap<>();
    Map<Path, Integer> groups = new HashMap<>();
    for (int i = 0; i < parent.length; i++) {
      int root = root(parent, i);
      groups.put(pictures.get(i), numbers.computeIfAbsent(root, r -> numbers.size()));
    }
    return new Groups(groups, numbers.size());
  }

  private static List<int[]> copies(List<Survey.Print> prints) {
    long[] hashes = prints.stream().mapToLong(p -> p.look().hash()).toArray();
    return IntStream.range(0, prints.size())
        .parallel()
        .boxed()
        .flatMap(
            i -> {
              Survey.Print one = prints.get(i);
              List<int[]> found = new ArrayList<>();
              for (int j = i + 1; j < prints.size(); j++) {
                if (one.look().near(hashes[j]) || one.mirrored().near(hashes[j])) {
                  PerceptualHash other = prints.get(j).look();
                  if (one.look().resembles(other) || one.mirrored().resembles(other)) {
                    found.add(new int[] {i, j});
                  }
                }
              }
              return found.stream();
            })
        .toList();
  }

  private static Optional<List<Object>> key(Pattern pattern, Path picture) {
    Matcher matcher = pattern.matcher(picture.getFileName().toString());
    if (!matcher.find()) {
      return Optional.empty();
    }
    List<Object> key = new ArrayList<>();
    key.add(pattern.pattern());
    for (int g = 1; g <= matcher.groupCount(); g++) {
      key.add(String.valueOf(matcher.group(g)));
    }
    return Optional.of(key);
  }

  private static void join(int[] parent, int a, int b) {
    int one = root(parent, a);
    int other = root(parent, b);
    parent[Math.max(one, other)] = Math.min(one, other);
  }

  private static int root(int[] parent, int node) {
    int at = node;
    while (parent[at] != at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  /** The picture's group, counted from 0; equal for pictures that must stay together. */
  public int of(Path picture) {
    Integer group = number.get(picture);
    if (group == null) {
      throw new IllegalArgumentException(picture + " was not surveyed");
    }
    return group;
  }

  public int count() {
    return count;
  }
}
