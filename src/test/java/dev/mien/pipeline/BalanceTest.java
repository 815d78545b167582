package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.detect.Detector;
import dev.mien.face.Detection;
import dev.mien.frame.Frame;
import dev.mien.pipeline.Balance.Load;
import dev.mien.source.Pace;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How much is done for each source, decided from loads that are given here. */
@Timeout(240)
final class BalanceTest {
  private static final double MILLI = 1e6;

  private static Load load(Effort now, double rate, double look) {
    return new Load(now, rate, look * MILLI, 1, 0, 1, false, false);
  }

  private static Effort everyMillis(int millis) {
    return Effort.AUTO.lookingEvery(millis * 1_000_000L);
  }

  private static List<Effort> decide(int workers, Load... loads) {
    return Balance.decide(List.of(loads), workers);
  }

  @Test
  void whatFitsIsDoneAsUsual() {
    assertThat(decide(2, load(Effort.AUTO, 25, 12), load(Effort.AUTO, 25, 12)))
        .containsOnly(Effort.AUTO);
  }

  @Test
  void whoLooksMostOftenLooksLessOften() {
    // Of 50 frames a second every fifth would be looked at as usual, of 10 every one.
    assertThat(decide(1, load(Effort.AUTO, 50, 40), load(Effort.AUTO, 10, 40)))
        .containsExactly(everyMillis(120), Effort.AUTO);
  }

  @Test
  void nobodyLooksLessThanThreeTimesASecond() {
    assertThat(decide(1, load(Effort.AUTO, 10, 5_000), load(Effort.AUTO, 2, 5_000)))
        .containsExactly(everyMillis(300), Effort.AUTO);
  }

  @Test
  void whoMayLeaveNothingOutLooksAtEveryFrame() {
    Effort hiding = Effort.AUTO.lookingEvery(0);
    assertThat(decide(1, new Load(hiding, 50, 100 * MILLI, 1, 0, 1, true, true)))
        .containsExactly(hiding);
    assertThat(decide(1, new Load(Effort.FULL, 50, 100 * MILLI, 1, 0, 1, true, true)))
        .containsExactly(Effort.FULL);
  }

  @Test
  void itDoesNotGoUpAndDown() {
    Effort half = everyMillis(200);
    // As usual it would be 0.7 of the time: not too much to stay with, too much to go back to.
    assertThat(decide(1, load(half, 10, 70))).containsExactly(half);
    assertThat(decide(1, load(Effort.AUTO, 10, 70))).containsExactly(Effort.AUTO);
    assertThat(decide(1, load(half, 10, 50))).containsExactly(Effort.AUTO);
  }

  @Test
  void whoComesLateMakesRoom() {
    Load late = new Load(Effort.AUTO, 10, 70 * MILLI, 1, 0, 1, true, false);
    assertThat(decide(1, late)).containsExactly(everyMillis(200));
  }

  /**
   * Eight cameras, ten frames a second each, one worker and a detector that takes as long as is
   * said; a clock that only moves by that.
   */
  private static final class Simulation implements AutoCloseable {
    private static final int CAMERAS = 8;
    private static final long INTERVAL = 100_000_000L;

    private final AtomicLong clock = new AtomicLong();
    private final WorkerPool pool = new WorkerPool(1, 0, clock::get);
    private final Source pattern;
    private final List<SourceQueue> queues = new ArrayList<>();
    private final List<Meter> meters = new ArrayList<>();
    private final Pace pace;
    private long cost;
    private long shown;
    private long oldest;
    private long looks;

    Simulation(Pace pace, Effort effort) throws Exception {
      this.pace = pace;
      // Eight cameras share it, so that each gets ten frames a second.
      pattern = SourceAddress.parse("pattern:64x64@80?frames=99999").open();
      Nets nets =
          new Nets(
              new Detector() {
                @Override
                public List<Detection> detect(Frame frame) {
                  clock.addAndGet(cost);
                  looks++;
                  return List.of();
                }

                @Override
                public void close() {}
              },
              List.of());
      for (int i = 0; i < CAMERAS; i++) {
        Meter meter = new Meter(clock::get);
        SourceQueue queue =
            new SourceQueue(pool, List.of(nets), pace, meter, 500_000_000L, effort, false);
        meters.add(meter);
        queues.add(queue);
        pool.join(queue);
      }
    }

    void run(int frames, long milliseconds) throws InterruptedException, java.io.IOException {
      cost = milliseconds * 1_000_000;
      long start = clock.get();
      for (int i = 0; i < frames; i++) {
        for (int camera = 0; camera < CAMERAS; camera++) {
          meters.get(camera).read.increment();
          Frame frame = Objects.requireNonNull(pattern.read());
          meters.get(camera).drop(Drop.STALE, queues.get(camera).put(frame));
        }
        long next = start + (i + 1) * INTERVAL;
        while ((pace == Pace.RECORDED || clock.get() < next)
            && queues.stream().anyMatch(SourceQueue::ready)) {
          Objects.requireNonNull(pool.next()).run(0);
          show();
        }
        show();
        clock.accumulateAndGet(next, Math::max);
      }
    }

    private void show() throws InterruptedException {
      for (int camera = 0; camera < CAMERAS; camera++) {
        SourceQueue queue = queues.get(camera);
        while (queue.since() != null) {
          SourceQueue.Job job = Objects.requireNonNull(queue.next());
          long age = clock.get() - job.arrived();
          meters.get(camera).observed(age);
          oldest = Math.max(oldest, age);
          shown++;
          queue.done(job);
        }
      }
    }

    List<Effort> efforts() {
      return queues.stream().map(SourceQueue::effort).toList();
    }

    @Override
    public void close() {
      queues.forEach(q -> q.abort(List.of()));
      pool.close();
      pattern.close();
    }
  }

  @Test
  void allFramesOfEightCamerasAreShownInTimeByASlowDetector() throws Exception {
    try (Simulation simulation = new Simulation(Pace.LIVE, Effort.AUTO)) {
      simulation.run(30, 25);
      assertThat(simulation.efforts()).containsOnly(everyMillis(200), everyMillis(300));
      simulation.shown = 0;
      simulation.oldest = 0;
      simulation.run(50, 25);
      assertThat(simulation.shown).isEqualTo(50 * 8);
      assertThat(simulation.oldest).isLessThanOrEqualTo(500_000_000L);
      simulation.run(50, 5);
      assertThat(simulation.efforts()).containsOnly(Effort.AUTO);
    }
  }

  /** R06: nobody sees minutes ago. */
  @Test
  void whatIsShownIsInTimeEvenWhereTheDetectorIsFarTooSlow() throws Exception {
    try (Simulation simulation = new Simulation(Pace.LIVE, Effort.AUTO)) {
      simulation.run(100, 300);
      assertThat(simulation.oldest).isLessThanOrEqualTo(500_000_000L + 300_000_000L);
      assertThat(
              Collections.max(simulation.meters.stream().map(m -> m.dropped(Drop.STALE)).toList()))
          .isPositive();
    }
  }

  @Test
  void recordingsAreNeverThinned() throws Exception {
    try (Simulation simulation = new Simulation(Pace.RECORDED, Effort.FULL)) {
      simulation.run(30, 100);
      assertThat(simulation.efforts()).containsOnly(Effort.FULL);
      assertThat(simulation.looks).isEqualTo(simulation.shown).isEqualTo(30 * 8);
    }
  }
}
