package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.pipeline.Drop;
import dev.mien.pipeline.Durations;
import dev.mien.pipeline.Effort;
import dev.mien.pipeline.Stats;
import dev.mien.sink.Sink;
import dev.mien.source.ConnectionState;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The measurement of ages, by a clock of its own: what is put in has to come out. */
final class LiveCameraTest {
  private static final long MILLI = 1_000_000;
  private static final double RATE = 15;

  /** Tasks in the order of their time, which goes by only when one is taken. */
  private static final class Calendar {
    private record Entry(long at, long order, Runnable task) {}

    private final PriorityQueue<Entry> entries =
        new PriorityQueue<>(Comparator.comparingLong(Entry::at).thenComparing(Entry::order));
    private long now;
    private long order;

    long now() {
      return now;
    }

    void after(double millis, Runnable task) {
      entries.add(new Entry(now + Math.round(millis * MILLI), order++, task));
    }

    void run() {
      for (Entry next = entries.poll(); next != null; next = entries.poll()) {
        now = next.at();
        next.task().run();
      }
    }
  }

  /** What a pipeline that takes 30 ms, and now and then far longer, would do with the pictures. */
  private record Way(Calendar calendar, LiveLedger ledger, List<Long> arrivals) implements Sink {
    @Override
    public String name() {
      return "way";
    }

    @Override
    public void write(Frame frame, Observation observation) {
      Frame copy = frame.copy();
      arrivals.add(calendar.now());
      double took = arrivals.size() % 7 == 0 ? 400 : 30;
      calendar.after(
          took,
          () -> {
            ledger.told(copy);
            ledger.seen(copy);
            ledger.seen(copy);
            copy.close();
          });
    }

    @Override
    public void close() {}
  }

  private static LiveBench.Plan plan(long injected) {
    return new LiveBench.Plan(SourceAddress.parse("pattern:"), RATE, injected, 20);
  }

  private final Calendar calendar = new Calendar();
  private final LiveLedger ledger = new LiveLedger(calendar::now);
  private final Way way = new Way(calendar, ledger, new ArrayList<>());

  private LiveLedger.Result measure(LiveBench.Plan plan) throws Exception {
    try (Source clip = SourceAddress.parse("pattern:").open()) {
      LiveCamera camera = new LiveCamera(clip, plan, way, ledger, calendar::after);
      int pictures = (int) (plan.seconds() * RATE);
      for (int i = 0; i < pictures; i++) {
        calendar.after(i * 1000 / RATE, camera);
      }
      ledger.begin();
      calendar.run();
      return ledger.result(plan, stats());
    }
  }

  private static Stats stats() {
    return new Stats(
        "camera",
        new ConnectionState(ConnectionState.State.UP, 0, "", Instant.EPOCH),
        true,
        300,
        250,
        Map.of(Drop.STALE, 40L, Drop.LATE, 10L, Drop.FAILED, 0L),
        Map.of(),
        Map.of(),
        new Stats.Faces(0, 0),
        Durations.NONE,
        Effort.FULL,
        List.of(new Stats.Output("rtsp", 200, 5, 0, 0, 0, "", null)),
        1,
        0,
        null,
        2,
        null);
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 500, 2000})
  void findsAnInjectedDelay(long injected) throws Exception {
    LiveLedger.Result result = measure(plan(injected));
    assertThat(result.foundAtClient()).isCloseTo((double) injected, within(0.1));
    assertThat(result.foundAtEvent()).isCloseTo((double) injected, within(0.1));
    assertThat(result.straight().seen().millis(0.5)).isCloseTo(30, within(0.1));
    assertThat(result.straight().seen().millis(0.99)).isCloseTo(400, within(0.1));
    assertThat(result.held().made()).isBetween(130, 160);
    assertThat(result.held().seen().sorted()).hasSize(result.held().made());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 100, 500, 2000})
  void keepsTheCamerasRate(long injected) throws Exception {
    measure(plan(injected));
    // What came before the first picture that was held back, and after the last one, is not meant.
    List<Long> arrivals =
        way.arrivals().stream().filter(at -> at > 3000 * MILLI && at < 20_000 * MILLI).toList();
    assertThat(arrivals).hasSizeGreaterThan(240);
    for (int i = 1; i < arrivals.size(); i++) {
      assertThat((arrivals.get(i) - arrivals.get(i - 1)) / 1e6).isBetween(0.0, 2 * 1000 / RATE);
    }
  }

  @Test
  void saysAgesAndWhatWasDroppedAndWhy() throws Exception {
    assertThat(measure(plan(500)).text())
        .contains("camera to the RTSP client", "held back 500 ms to the event")
        .contains("injected 500 ms, found 500.0 ms at the RTSP client and 500.0 ms at the event")
        .contains("dropped  40 of 300: a newer one came before there was time")
        .contains("dropped  10 of 300: older than the age limit")
        .contains("dropped  5: rtsp was too slow")
        .doesNotContain("failed");
  }

  @Test
  void holdsNothingBackUnlessAsked() throws Exception {
    assertThat(measure(plan(0)).text()).doesNotContain("held back", "injected");
  }

  @Test
  void ranksAges() {
    LiveLedger.Ages ages =
        new LiveLedger.Ages(List.of(4_000_000L, 1_000_000L, 2_000_000L, 3_000_000L));
    assertThat(ages.millis(0.5)).isEqualTo(2);
    assertThat(ages.millis(0.95)).isEqualTo(4);
    assertThat(new LiveLedger.Ages(List.of()).millis(0.5)).isNaN();
  }

  @Test
  void refusesWhatCannotBeMeasured() {
    assertThatThrownBy(() -> plan(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--inject");
  }
}
