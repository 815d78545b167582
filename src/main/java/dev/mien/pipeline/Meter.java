package dev.mien.pipeline;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Counts and times a run, from any thread. */
final class Meter {
  private final Map<Stage, LongAdder> nanos = new EnumMap<>(Stage.class);
  private final Map<Drop, LongAdder> drops = new EnumMap<>(Drop.class);
  final LongAdder read = new LongAdder();
  final LongAdder observed = new LongAdder();

  Meter() {
    EnumSet.allOf(Stage.class).forEach(stage -> nanos.put(stage, new LongAdder()));
    EnumSet.allOf(Drop.class).forEach(reason -> drops.put(reason, new LongAdder()));
  }

  /**
   * Adds the time since {@code start} to a stage.
   *
   * @return now, the start of what comes next
   */
  long lap(Stage stage, long start) {
    long now = System.nanoTime();
    Objects.requireNonNull(nanos.get(stage)).add(now - start);
    return now;
  }

  void drop(Drop reason, int count) {
    Objects.requireNonNull(drops.get(reason)).add(count);
  }

  Map<Stage, Long> stageNanos() {
    return sums(nanos);
  }

  Map<Drop, Long> drops() {
    return sums(drops);
  }

  private static <K> Map<K, Long> sums(Map<K, LongAdder> adders) {
    return adders.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> e.getValue().sum()));
  }
}
