package dev.mien.pipeline;

import dev.mien.sink.SinkClosedException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run did.
 *
 * @param read frames that the source gave
 * @param observed frames that went through every stage
 * @param drops frames of a live source that did not, by reason
 * @param stageNanos time spent in each stage, over all threads
 * @param outputs what the sinks did
 * @param nanos from the first read until the last sink was closed
 * @param workers threads that detected and classified
 * @param sourceFailure why the source ended before its time; what it gave until then was finished
 */
public record Stats(
    long read,
    long observed,
    Map<Drop, Long> drops,
    Map<Stage, Long> stageNanos,
    List<Output> outputs,
    long nanos,
    int workers,
    @Nullable Throwable sourceFailure) {
  /**
   * What one sink did.
   *
   * @param dropped frames of a live source that came while its queue was full
   * @param nanos time spent in it
   * @param failure why it took no more
   */
  public record Output(
      String name, long written, long dropped, long nanos, @Nullable Throwable failure) {}

  public Stats {
    drops = Map.copyOf(drops);
    stageNanos = Map.copyOf(stageNanos);
    outputs = List.copyOf(outputs);
  }

  /**
   * The first thing that went wrong: the source, or a sink. That a reader had enough counts only
   * where nothing else did.
   */
  public Optional<Throwable> failure() {
    if (sourceFailure != null) {
      return Optional.of(sourceFailure);
    }
    return outputs.stream()
        .flatMap(o -> Optional.ofNullable(o.failure()).stream())
        .min(Comparator.comparing(SinkClosedException.class::isInstance));
  }

  /** Observations a second, over the whole run. */
  public double framesPerSecond() {
    return nanos == 0 ? 0 : observed * 1e9 / nanos;
  }

  /** Milliseconds a frame in a stage. */
  public double millis(Stage stage) {
    return observed == 0 ? 0 : stageNanos.getOrDefault(stage, 0L) / 1e6 / observed;
  }

  /** Frames of a live source that were not observed, for any reason. */
  public long dropped() {
    return drops.values().stream().mapToLong(Long::longValue).sum();
  }
}
