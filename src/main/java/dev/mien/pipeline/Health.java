package dev.mien.pipeline;

import dev.mien.source.ConnectionState;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a run of one or more sources is: in one word, and why.
 *
 * @param sources in the order of the run
 */
public record Health(State state, List<Part> sources) {
  /** A frame that has been on its way for so long is stuck: the slowest net needs a tenth of it. */
  private static final long STUCK_NANOS = 10_000_000_000L;

  /** The whole. */
  public enum State {
    /** No source has given a frame yet. */
    STARTING,
    /** All do what they should, or are about to. */
    RUNNING,
    /** Some do not. */
    DEGRADED,
    /** It is ending. */
    STOPPING;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One source. */
  public enum Condition {
    STARTING(false, false),
    RUNNING(true, false),
    /** It runs, but one of its outputs broke, or gets nothing through. */
    IMPAIRED(true, true),
    /** It cannot be reached, and is tried again and again. */
    AWAY(false, true),
    /** Frames come, and each fails or is too late. */
    FRUITLESS(false, true),
    /** A frame does not come out again. */
    STUCK(false, true),
    /** It ended before its time. */
    FAILED(false, true),
    ENDED(false, false);

    private final boolean gives;
    private final boolean trouble;

    Condition(boolean gives, boolean trouble) {
      this.gives = gives;
      this.trouble = trouble;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How one source is.
   *
   * @param why in one line without credentials; empty where nothing is wrong
   */
  public record Part(String name, Condition condition, String why) {
    private static Part of(Stats stats) {
      Optional<Throwable> trouble = stats.trouble();
      if (stats.sourceFailure() != null || stats.finished()) {
        return trouble
            .map(t -> new Part(stats.source(), Condition.FAILED, line(t)))
            .orElseGet(() -> new Part(stats.source(), Condition.ENDED, ""));
      }
      if (stats.underWay() > STUCK_NANOS) {
        String why =
            "a frame has been on its way for %d s".formatted(stats.underWay() / 1_000_000_000L);
        return new Part(stats.source(), Condition.STUCK, why);
      }
      ConnectionState.State link = stats.link().state();
      if (link != ConnectionState.State.UP && link != ConnectionState.State.CONNECTING) {
        return new Part(stats.source(), Condition.AWAY, stats.link().reason());
      }
      Loss loss = stats.loss();
      if (loss != null && loss.nanos() > STUCK_NANOS) {
        String why =
            "no frame was observed for %d s: %s"
                .formatted(loss.nanos() / 1_000_000_000L, loss.reason().inWords());
        return new Part(stats.source(), Condition.FRUITLESS, why);
      }
      if (trouble.isPresent()) {
        return new Part(stats.source(), Condition.IMPAIRED, line(trouble.get()));
      }
      Optional<Stats.Output> down = stats.outputs().stream().filter(o -> !o.up()).findFirst();
      if (down.isPresent() && down.get().failure() == null) {
        String why = down.get().name() + ": " + down.get().trouble();
        return new Part(stats.source(), Condition.IMPAIRED, why);
      }
      return stats.observed() == 0
          ? new Part(stats.source(), Condition.STARTING, "no frame yet")
          : new Part(stats.source(), Condition.RUNNING, "");
    }

    private static String line(Throwable failure) {
      return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
  }

  public Health {
    sources = List.copyOf(sources);
  }

  /**
   * Judges what the sources did until now.
   *
   * @param stopping whether it was asked to end
   */
  public static Health of(List<Stats> stats, boolean stopping) {
    List<Part> sources = stats.stream().map(Part::of).toList();
    return new Health(state(sources, stopping), sources);
  }

  private static State state(List<Part> sources, boolean stopping) {
    if (stopping || all(sources, Condition.ENDED)) {
      return State.STOPPING;
    }
    if (sources.stream().anyMatch(s -> s.condition().trouble)) {
      return State.DEGRADED;
    }
    return sources.isEmpty() || all(sources, Condition.STARTING) ? State.STARTING : State.RUNNING;
  }

  private static boolean all(List<Part> sources, Condition condition) {
    return !sources.isEmpty() && sources.stream().allMatch(s -> s.condition() == condition);
  }

  /** Whether any source gives observations, and none was asked to end. */
  public boolean ready() {
    return state != State.STOPPING && giving() > 0;
  }

  /** How many sources give observations. */
  public long giving() {
    return sources.stream().filter(s -> s.condition().gives).count();
  }

  /** Whether the program itself does its work. A source that is away does not matter here. */
  public boolean alive() {
    return sources.stream().noneMatch(s -> s.condition() == Condition.STUCK);
  }
}
