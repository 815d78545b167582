package dev.mien.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A dataset in two: no group of pictures has a part on either side. */
public record Split(Dataset training, Dataset validation) {
  /**
   * Divides by chance, each label in about the given share. A group that is larger than a label's
   * share trains.
   *
   * @param dataset whose pictures are all in the groups
   * @param share of each label's examples for validation, more than 0 and less than 1
   * @param seed the same gives the same split of the same pictures
   */
  public static Split of(Dataset dataset, Groups groups, double share, long seed) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "the share for validation is more than 0 and less than 1, found " + share);
    }
    Map<Integer, List<Example>> members = new TreeMap<>();
    for (Example example : dataset.examples()) {
      members.computeIfAbsent(groups.of(example.picture()), g -> new ArrayList<>()).add(example);
    }
    List<List<Example>> order = new ArrayList<>(members.values());
    Collections.shuffle(order, new Random(seed));
    int[] room = dataset.counts();
    for (int i = 0; i < room.length; i++) {
      room[i] = (int) Math.round(room[i] * share);
    }
    List<Example> training = new ArrayList<>();
    List<Example> validation = new ArrayList<>();
    for (List<Example> group : order) {
      int[] need = new Dataset(dataset.labels(), group).counts();
      boolean labelled = false;
      boolean fits = true;
      for (int i = 0; i < room.length; i++) {
        labelled |= need[i] > 0;
        fits &= need[i] <= room[i];
      }
      if (labelled && fits) {
        validation.addAll(group);
        for (int i = 0; i < room.length; i++) {
          room[i] -= need[i];
        }
      } else {
        training.addAll(group);
      }
    }
    return new Split(sorted(dataset, training), sorted(dataset, validation));
  }

  private static Dataset sorted(Dataset dataset, List<Example> examples) {
    examples.sort(Comparator.comparing(Example::picture));
    return new Dataset(dataset.labels(), examples);
  }
}
