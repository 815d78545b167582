package dev.mien.pipeline;

import dev.mien.sink.SinkClosedException;
import dev.mien.source.ConnectionState;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run of one source did, or has done until now.
 *
 * @param source its name, free of credentials
 * @param link how the source is connected
 * @param finished whether the run has ended; until then all other values are those of a moment
 * @param read frames that the source gave
 * @param observed frames that went through every stage
 * @param drops frames of a live source that did not, by reason
 * @param stages time a frame in each stage
 * @param cpu nanoseconds of the processors in each stage, of Mien's own threads
 * @param faces that were tracked, and how many of them the models were asked about
 * @param ages from the moment when a frame was read until its observation was there
 * @param effort how much is done for its frames at present
 * @param outputs what the sinks did
 * @param nanos from the first read until the last sink was closed, or now; 0 before
 * @param underWay for how many nanoseconds the oldest frame has been on its way; 0 when there is
 *     none. It grows without end where a stage is frozen, and not where a source is silent.
 * @param loss what becomes of all frames, where none has been observed since; else null
 * @param workers threads that detected and classified, for all sources
 * @param sourceFailure why the source ended before its time; what it gave until then was finished
 */
public record Stats(
    String source,
    ConnectionState link,
    boolean finished,
    long read,
    long observed,
    Map<Drop, Long> drops,
    Map<Stage, Durations> stages,
    Map<Stage, Long> cpu,
    Faces faces,
    Durations ages,
    Effort effort,
    List<Output> outputs,
    long nanos,
    long underWay,
    @Nullable Loss loss,
    int workers,
    @Nullable Throwable sourceFailure) {
  /**
   * The faces, and how many of them needed an answer.
   *
   * @param tracked faces of all frames in which they were looked for
   * @param asked of those, how many the models were asked about
   */
  public record Faces(long tracked, long asked) {}

  /**
   * What one sink did.
   *
   * @param written frames that it took; of one that sends them on, those that arrived
   * @param dropped frames of a live source that came while its queue was full
   * @param lost frames that it took and that did not arrive
   * @param nanos time spent in it
   * @param cpu nanoseconds of the processor that its thread took
   * @param trouble why it gets nothing through at present, in a line; empty where it does
   * @param failure why it took no more
   */
  public record Output(
      String name,
      long written,
      long dropped,
      long lost,
      long nanos,
      long cpu,
      String trouble,
      @Nullable Throwable failure) {
    /** Whether it takes frames, and they arrive. */
    public boolean up() {
      return failure == null && trouble.isEmpty();
    }
  }

  public Stats {
    drops = Map.copyOf(drops);
    stages = Map.copyOf(stages);
    cpu = Map.copyOf(cpu);
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

  /** The same, but that a reader had enough is no trouble. */
  public Optional<Throwable> trouble() {
    return failure().filter(f -> !(f instanceof SinkClosedException));
  }

  /** Observations a second, over the whole run. */
  public double framesPerSecond() {
    return nanos == 0 ? 0 : observed * 1e9 / nanos;
  }

  /** Milliseconds a frame in a stage. */
  public double millis(Stage stage) {
    Durations durations = stages.get(stage);
    return observed == 0 || durations == null ? 0 : durations.sum() / 1e6 / observed;
  }

  /** Frames of a live source that were not observed, for any reason. */
  public long dropped() {
    return drops.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Faces are looked for in one frame of so many. */
  public int oneLookOf() {
    return effort.oneOf(nanos == 0 ? 0 : read * 1e9 / nanos);
  }
}
