package dev.mien.pipeline;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts and times a run, from any thread. */
final class Meter {
  private final LongAdder[] nanos = adders(Stage.values().length);
  private final LongAdder[] drops = adders(Drop.values().length);
  final LongAdder read = new LongAdder();
  final LongAdder observed = new LongAdder();

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    Arrays.setAll(adders, i -> new LongAdder());
    return adders;
  }

  /**
   * Adds the time since {@code start} to a stage.
   *
   * @return now, the start of what comes next
   */
  long lap(Stage stage, long start) {
    long now = System.nanoTime();
    nanos[stage.ordinal()].add(now - start);
    return now;
  }

  void drop(Drop reason, int count) {
    drops[reason.ordinal()].add(count);
  }

  Map<Stage, Long> stageNanos() {
    Map<Stage, Long> all = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      all.put(stage, nanos[stage.ordinal()].sum());
    }
    return all;
  }

  Map<Drop, Long> drops() {
    Map<Drop, Long> all = new EnumMap<>(Drop.class);
    for (Drop reason : Drop.values()) {
      all.put(reason, drops[reason.ordinal()].sum());
    }
    return all;
  }
}
