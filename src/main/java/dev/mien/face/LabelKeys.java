package dev.mien.face;

import java.util.HashSet;
import java.util.Set;

/** Names for what the models say of one face: the task, and "task-model" for a second one. */
public final class LabelKeys {
  private final Set<String> used;

  /**
   * @param taken names that mean something else
   */
  public LabelKeys(Set<String> taken) {
    used = new HashSet<>(taken);
  }

  /** The next one; none comes twice. */
  public String next(String task, String model) {
    String key = task;
    for (int n = 1; !used.add(key); n++) {
      key = task + "-" + model + (n == 1 ? "" : "-" + n);
    }
    return key;
  }
}
