package dev.mien.command;

import dev.mien.frame.Frame;
import dev.mien.pipeline.Drop;
import dev.mien.pipeline.Stats;
import dev.mien.source.PatternSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongSupplier;

/** When each picture of the measurement was made, and at what age each place had it first. */
final class LiveLedger {
  /** Ages of pictures in nanoseconds, the youngest first. */
  record Ages(List<Long> sorted) {
    Ages {
      List<Long> copy = new ArrayList<>(sorted);
      Collections.sort(copy);
      sorted = List.copyOf(copy);
    }

    /** The age that this share of the pictures does not exceed, in milliseconds; NaN of none. */
    double millis(double share) {
      int rank = (int) Math.ceil(share * sorted.size());
      return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(0, rank - 1)) / 1e6;
    }
  }

  /**
   * Pictures that were all held back for as long.
   *
   * @param made by the camera during the measurement
   * @param seen at the client of the RTSP output
   * @param told when the observation was handed out
   */
  record Group(int made, Ages seen, Ages told) {}

  /**
   * @param straight pictures that were not held back
   * @param held pictures that were; none where nothing was injected
   */
  record Result(LiveBench.Plan plan, Group straight, Group held, Stats stats) {
    /** By how much older the pictures were that were held back, in milliseconds, at the client. */
    double foundAtClient() {
      return held.seen().millis(0.5) - straight.seen().millis(0.5);
    }

    /** The same where events are handed out. */
    double foundAtEvent() {
      return held.told().millis(0.5) - straight.told().millis(0.5);
    }

    String text() {
      StringBuilder text = new StringBuilder();
      line(
          text,
          "live: %s at %.1f frames a second for %d s",
          plan.clip().name(),
          plan.rate(),
          plan.seconds());
      rows(text, "camera", straight);
      if (plan.injected() > 0) {
        rows(text, "held back %d ms".formatted(plan.injected()), held);
        line(
            text,
            "  injected %d ms, found %.1f ms at the RTSP client and %.1f ms at the event",
            plan.injected(),
            foundAtClient(),
            foundAtEvent());
      }
      line(text, "  %s", stats.effort());
      stats.drops().entrySet().stream()
          .filter(drop -> drop.getValue() > 0)
          .sorted(Map.Entry.comparingByKey())
          .forEach(drop -> dropped(text, drop.getValue(), drop.getKey()));
      for (Stats.Output output : stats.outputs()) {
        if (output.dropped() > 0) {
          line(text, "  dropped  %d: %s was too slow", output.dropped(), output.name());
        }
      }
      return text.toString();
    }

    private void dropped(StringBuilder text, long count, Drop cause) {
      line(text, "  dropped  %d of %d: %s", count, stats.read(), cause.inWords());
    }

    private static void rows(StringBuilder text, String from, Group group) {
      row(text, from + " to the RTSP client", group.made(), group.seen());
      row(text, from + " to the event", group.made(), group.told());
    }

    private static void row(StringBuilder text, String way, int made, Ages ages) {
      line(
          text,
          "  %-36s p50 %6.1f ms   p95 %6.1f   p99 %6.1f   %d of %d frames",
          way,
          ages.millis(0.5),
          ages.millis(0.95),
          ages.millis(0.99),
          ages.sorted().size(),
          made);
    }

    private static void line(StringBuilder text, String format, Object... values) {
      text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }
  }

  private record Birth(long at, boolean held) {}

  /** What one place had. */
  private static final class Place {
    private final Set<Integer> known = new HashSet<>();
    private final List<Long> straight = new ArrayList<>();
    private final List<Long> held = new ArrayList<>();
  }

  private final LongSupplier clock;
  private final Map<Integer, Birth> born = new HashMap<>();
  private final Place client = new Place();
  private final Place event = new Place();
  private boolean open;

  /**
   * @param clock nanoseconds, from any start
   */
  LiveLedger(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * The number is in the picture from now on.
   *
   * @param held milliseconds for which the picture will be held back
   */
  synchronized void born(int number, long held) {
    if (open) {
      born.put(number, new Birth(clock.getAsLong(), held > 0));
    }
  }

  synchronized void begin() {
    open = true;
  }

  /** Pictures that are under way still count. */
  synchronized void end() {
    open = false;
  }

  void seen(Frame frame) {
    note(frame, client);
  }

  void told(Frame frame) {
    note(frame, event);
  }

  private void note(Frame frame, Place place) {
    long now = clock.getAsLong();
    OptionalInt number = PatternSource.readCounter(frame);
    if (number.isPresent()) {
      note(number.getAsInt(), now, place);
    }
  }

  private synchronized void note(int number, long now, Place place) {
    Birth birth = born.get(number);
    if (birth != null && place.known.add(number)) {
      (birth.held() ? place.held : place.straight).add(now - birth.at());
    }
  }

  synchronized Result result(LiveBench.Plan plan, Stats stats) {
    return new Result(plan, group(false), group(true), stats);
  }

  private Group group(boolean held) {
    int made = (int) born.values().stream().filter(birth -> birth.held() == held).count();
    return new Group(
        made,
        new Ages(held ? client.held : client.straight),
        new Ages(held ? event.held : event.straight));
  }
}
