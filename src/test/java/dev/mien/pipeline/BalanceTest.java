package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.detect.Detector;
import dev.mien.face.Detection;
import dev.mien.frame.Frame;
import dev.mien.pipeline.Balance.Load;
import dev.mien.source.Pace;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import dev.mien.track.Rules;
import dev.mien.track.Tracker;
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
  private static final Effort SPARING = new Effort(1, true);

  private static Load load(Effort now, double rate, double look, double classify) {
    return new Load(now, rate, look * MILLI, 1, classify * MILLI, 1, false, false);
  }

  private static List<Effort> decide(int workers, Load... loads) {
    return Balance.decide(List.of(loads), workers);
  }

  @Test
  void whatFitsIsDoneInFull() {
    assertThat(decide(2, load(Effort.FULL, 25, 12, 4), load(Effort.FULL, 25, 12, 4)))
        .containsOnly(Effort.FULL);
  }

  @Test
  void firstFacesAreClassifiedLessOften() {
    assertThat(decide(1, load(Effort.FULL, 25, 20, 20))).containsExactly(SPARING);
  }

  @Test
  void thenWhoLooksMostOftenLooksLessOften() {
    assertThat(decide(1, load(Effort.FULL, 50, 20, 0), load(Effort.FULL, 10, 20, 0)))
        .containsExactly(new Effort(2, true), SPARING);
  }

  @Test
  void nobodyLooksLessThanThreeTimesASecond() {
    assertThat(decide(1, load(Effort.FULL, 10, 5_000, 0), load(Effort.FULL, 2, 5_000, 0)))
        .containsExactly(new Effort(3, true), SPARING);
  }

  @Test
  void whoHasToHideFacesLooksAtEveryFrame() {
    Load hiding = new Load(Effort.FULL, 50, 100 * MILLI, 1, 0, 1, true, true);
    assertThat(decide(1, hiding)).containsExactly(SPARING);
  }

  @Test
  void itDoesNotGoUpAndDown() {
    Effort half = new Effort(2, true);
    // In full it would be 0.7 of the time: not too much to stay with, but too much to go back to.
    assertThat(decide(1, load(half, 25, 28, 0))).containsExactly(half);
    assertThat(decide(1, load(Effort.FULL, 25, 28, 0))).containsExactly(Effort.FULL);
    assertThat(decide(1, load(half, 25, 20, 0))).containsExactly(Effort.FULL);
  }

  @Test
  void whoComesLateMakesRoom() {
    Load late = new Load(Effort.FULL, 25, 28 * MILLI, 1, 0, 1, true, false);
    assertThat(decide(1, late)).containsExactly(new Effort(2, true));
  }

  /**
   * Eight cameras, ten frames a second each, one worker and a detector that takes as long as is
   * said; a clock that only moves by that.
   */
  private static final class Simulation implements AutoCloseable {
    private static final int CAMERAS = 8;
    private static final long INTERVAL = 100_000_000L;

    private final AtomicLong clock = new AtomicLong();
    private final WorkerPool pool = new WorkerPool(List.of(), clock::get);
    private final Source pattern;
    private final List<SourceQueue> queues = new ArrayList<>();
    private final List<Meter> meters = new ArrayList<>();
    private final Worker worker;
    private final Pace pace;
    private long cost;
    private long shown;
    private long oldest;
    private long looks;

    Simulation(Pace pace) throws Exception {
      this.pace = pace;
      pattern = SourceAddress.parse("pattern:64x64?frames=99999").open();
      worker =
          new Worker(
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
        Tracker tracker = Tracker.ofVideo(Rules.DEFAULT, () -> 1);
        SourceQueue queue = new SourceQueue(pool, pace, meter, tracker, 500_000_000L, false);
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
          SourceQueue.Job job = Objects.requireNonNull(pool.next());
          job.queue().process(job, worker);
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
          SourceQueue.Job job = Objects.requireNonNull(queue.oldest());
          long age = clock.get() - job.arrived();
          meters.get(camera).observed(age);
          oldest = Math.max(oldest, age);
          shown++;
          job.frame().close();
          queue.done();
        }
      }
    }

    List<Effort> efforts() {
      return queues.stream().map(SourceQueue::effort).toList();
    }

    @Override
    public void close() {
      queues.forEach(SourceQueue::abort);
      pool.close();
      pattern.close();
    }
  }

  @Test
  void allFramesOfEightCamerasAreShownInTimeByASlowDetector() throws Exception {
    try (Simulation simulation = new Simulation(Pace.LIVE)) {
      simulation.run(30, 25);
      assertThat(simulation.efforts()).containsOnly(new Effort(2, true), new Effort(3, true));
      simulation.shown = 0;
      simulation.oldest = 0;
      simulation.run(50, 25);
      assertThat(simulation.shown).isEqualTo(50 * 8);
      assertThat(simulation.oldest).isLessThanOrEqualTo(500_000_000L);
      simulation.run(50, 5);
      assertThat(simulation.efforts()).allMatch(e -> e.detectEvery() == 1);
    }
  }

  /** R06: nobody sees minutes ago. */
  @Test
  void whatIsShownIsInTimeEvenWhereTheDetectorIsFarTooSlow() throws Exception {
    try (Simulation simulation = new Simulation(Pace.LIVE)) {
      simulation.run(100, 300);
      assertThat(simulation.oldest).isLessThanOrEqualTo(500_000_000L + 300_000_000L);
      assertThat(
              Collections.max(simulation.meters.stream().map(m -> m.dropped(Drop.STALE)).toList()))
          .isPositive();
    }
  }

  @Test
  void recordingsAreNeverThinned() throws Exception {
    try (Simulation simulation = new Simulation(Pace.RECORDED)) {
      simulation.run(30, 100);
      assertThat(simulation.efforts()).containsOnly(Effort.FULL);
      assertThat(simulation.looks).isEqualTo(simulation.shown).isEqualTo(30 * 8);
    }
  }
}
