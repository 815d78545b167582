package dev.mien.pipeline;

import dev.mien.source.ConnectionState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a camera may look like from outside, made up. */
public final class Situation {
  private final String name;
  private ConnectionState link =
      new ConnectionState(ConnectionState.State.UP, 0, "", Instant.EPOCH);
  private static final long READ = 20;
  private long observed;
  private long underWay;
  private @Nullable Loss loss;
  private long nanos = 1_000_000_000L;
  private boolean finished;
  private @Nullable Throwable failure;
  private final List<Stats.Output> outputs = new ArrayList<>();

  public Situation(String name) {
    this.name = name;
  }

  public Situation observed(long frames) {
    observed = frames;
    return this;
  }

  public Situation after(long seconds) {
    nanos = seconds * 1_000_000_000L;
    return this;
  }

  public Situation away(String trouble) {
    link = new ConnectionState(ConnectionState.State.RETRYING, 3, trouble, Instant.EPOCH);
    return this;
  }

  public Situation losing(Drop reason, long seconds) {
    loss = new Loss(reason, seconds * 1_000_000_000L);
    return this;
  }

  public Situation stuckFor(long seconds) {
    underWay = seconds * 1_000_000_000L;
    return this;
  }

  public Situation finished() {
    finished = true;
    return this;
  }

  public Situation failed(String message) {
    failure = new IllegalStateException(message);
    return this;
  }

  public Situation output(String output, @Nullable Throwable broken) {
    outputs.add(new Stats.Output(output, 7, 2, 0, 1_000_000, 500_000, "", broken));
    return this;
  }

  /** One that sends on, and gets nothing through. */
  public Situation cutOff(String output, String trouble) {
    outputs.add(new Stats.Output(output, 7, 2, 5, 1_000_000, 500_000, trouble, null));
    return this;
  }

  /** 20 frames read, 5 dropped, 12 looked at for 5 ms each, of an age of 20 ms. */
  public Stats stats() {
    Map<Drop, Long> drops = new EnumMap<>(Drop.class);
    drops.put(Drop.STALE, 5L);
    return new Stats(
        name,
        link,
        finished,
        READ,
        observed,
        drops,
        Map.of(Stage.DETECT, durations(12, 5_000_000)),
        Map.of(Stage.DETECT, 48_000_000L),
        new Stats.Faces(12, 6),
        durations(12, 20_000_000),
        Effort.FULL,
        outputs,
        nanos,
        underWay,
        loss,
        2,
        failure);
  }

  private static Durations durations(int times, long nanos) {
    List<Long> counts = new ArrayList<>(Collections.nCopies(Durations.BUCKETS, 0L));
    counts.set(Durations.bucket(nanos), (long) times);
    return new Durations(counts, times * nanos);
  }
}
