package dev.mien.pipeline;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Counts and times the frames of one source, from any thread. */
final class Meter {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Map<Stage, Clock> stages = new EnumMap<>(Stage.class);
  private final Map<Drop, LongAdder> drops = new EnumMap<>(Drop.class);
  private final Map<Stage, LongAdder> cpu = new EnumMap<>(Stage.class);
  private final Clock ages = new Clock();
  final LongAdder read = new LongAdder();
  final LongAdder observed = new LongAdder();
  final LongAdder faces = new LongAdder();
  final LongAdder crops = new LongAdder();

  /** Counts durations. */
  private static final class Clock {
    private final AtomicLongArray counts = new AtomicLongArray(Durations.BUCKETS);
    private final LongAdder sum = new LongAdder();

    void add(long nanos) {
      counts.incrementAndGet(Durations.bucket(nanos));
      sum.add(nanos);
    }

    Durations durations() {
      return new Durations(
          IntStream.range(0, Durations.BUCKETS).mapToObj(counts::get).toList(), sum.sum());
    }
  }

  private static final long NEVER = Long.MIN_VALUE;

  private final LongSupplier clock;
  private final AtomicLong lossBegan = new AtomicLong(NEVER);
  private volatile @Nullable Drop lastLoss;

  Meter(LongSupplier clock) {
    this.clock = clock;
    EnumSet.allOf(Stage.class)
        .forEach(
            stage -> {
              stages.put(stage, new Clock());
              cpu.put(stage, new LongAdder());
            });
    EnumSet.allOf(Drop.class).forEach(reason -> drops.put(reason, new LongAdder()));
  }

  long now() {
    return clock.getAsLong();
  }

  /**
   * The start of something.
   *
   * @param at by the meter's clock
   * @param cpu of this thread, nanoseconds
   */
  record Lap(long at, long cpu) {}

  Lap begin() {
    return new Lap(now(), THREADS.getCurrentThreadCpuTime());
  }

  /**
   * Adds what passed since, on the same thread, to a stage.
   *
   * @return the nanoseconds that passed
   */
  long end(Stage stage, Lap since) {
    long passed = now() - since.at();
    Objects.requireNonNull(stages.get(stage)).add(passed);
    Objects.requireNonNull(cpu.get(stage)).add(THREADS.getCurrentThreadCpuTime() - since.cpu());
    return passed;
  }

  /** A frame became an observation so long after it was read. */
  void observed(long age) {
    ages.add(age);
    observed.increment();
    lossBegan.set(NEVER);
  }

  void drop(Drop reason, int count) {
    Objects.requireNonNull(drops.get(reason)).add(count);
    if (reason == Drop.LATE || reason == Drop.FAILED) {
      lastLoss = reason;
      lossBegan.compareAndSet(NEVER, now());
    }
  }

  /** What becomes of all frames, where for some time none has been observed. */
  @Nullable Loss loss() {
    long began = lossBegan.get();
    Drop reason = lastLoss;
    return began == NEVER || reason == null ? null : new Loss(reason, now() - began);
  }

  long dropped(Drop reason) {
    return Objects.requireNonNull(drops.get(reason)).sum();
  }

  Durations ages() {
    return ages.durations();
  }

  Map<Stage, Durations> stages() {
    return stages.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> e.getValue().durations()));
  }

  /** Nanoseconds of the processors that went into each stage, of Mien's own threads. */
  Map<Stage, Long> cpu() {
    return cpu.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> e.getValue().sum()));
  }

  Map<Drop, Long> drops() {
    return drops.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> e.getValue().sum()));
  }
}
