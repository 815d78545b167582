package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.source.Pace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PipelineTest extends PipelineRig {
  @Test
  void theOrderStaysWhereEveryFourthFrameIsTheSlowest() throws Exception {
    int length = 400;
    List<CountDownLatch> seen =
        IntStream.range(0, length).mapToObj(i -> new CountDownLatch(1)).toList();
    List<Nets> four =
        workers(
            4,
            n -> {
              for (int after = 1; n % 4 == 0 && after < 4; after++) {
                await(seen.get((int) n + after));
              }
              seen.get((int) n).countDown();
            });
    Shelf shelf = shelf("shelf");
    Stats stats = pipeline(new Feed(Pace.RECORDED, length), four, FOR_EVER, shelf).run();
    assertThat(shelf.numbers).isEqualTo(upTo(length));
    assertThat(stats.observed()).isEqualTo(length);
    assertThat(stats.failure()).isEmpty();
    assertThat(stats.workers()).isEqualTo(4);
  }

  @Test
  void theOrderStaysUnderDelaysOfAnyLength() throws Exception {
    Random random = new Random(7);
    List<Nets> four = workers(4, n -> spin(random.nextInt(20_000)));
    Shelf shelf = shelf("shelf");
    pipeline(new Feed(Pace.RECORDED, 500), four, FOR_EVER, shelf).run();
    assertThat(shelf.numbers).isEqualTo(upTo(500));
  }

  private static void spin(int rounds) {
    for (int i = 0; i < rounds; i++) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aRecordingLosesNothingToASlowSink() throws Exception {
    Shelf slow = new Shelf("slow", n -> spin(50_000));
    Shelf quick = shelf("quick");
    Stats stats =
        pipeline(new Feed(Pace.RECORDED, 300), workers(2, n -> {}), FOR_EVER, slow, quick).run();
    assertThat(slow.numbers).isEqualTo(upTo(300));
    assertThat(quick.numbers).isEqualTo(upTo(300));
    assertThat(stats.dropped()).isZero();
    assertThat(stats.outputs()).allSatisfy(o -> assertThat(o.dropped()).isZero());
  }

  @Test
  @DisplayName("R06: a live source gives the newest frame to a slow detector")
  void aLiveSourceGivesTheNewestToASlowDetector() throws Exception {
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch allRead = new CountDownLatch(1);
    Feed feed = new Feed(Pace.LIVE, 100);
    feed.before =
        n -> {
          if (n == 1) {
            await(looking);
          } else if (n == 100) {
            allRead.countDown();
          }
        };
    Nets slow =
        nets(
            n -> {
              looking.countDown();
              await(allRead);
            });
    Shelf shelf = shelf("shelf");
    Stats stats = pipeline(feed, List.of(slow), FOR_EVER, shelf).run();
    assertThat(shelf.numbers).containsExactly(0L, 99L);
    assertThat(stats.drops()).containsEntry(Drop.STALE, 98L);
    assertThat(stats.read()).isEqualTo(stats.observed() + stats.dropped());
  }

  @Test
  @DisplayName("R06: what is older than the limit after it was looked at is dropped and counted")
  void dropsAndCountsWhatBecameTooOldWhileItWasLookedAt() throws Exception {
    AtomicLong clock = new AtomicLong();
    Feed feed = new Feed(Pace.LIVE, 10);
    List<Nets> one = workers(1, n -> clock.addAndGet(n % 2 == 0 ? 499_000_000 : 501_000_000));
    WorkerPool pool = new WorkerPool(1, 1, clock::get);
    Shelf shelf = shelf("shelf");
    Pipeline pipeline = builder(feed, one, pool, shelf).maxAge(Duration.ofMillis(500)).build();
    feed.before =
        n -> {
          while (pipeline.stats().observed() + pipeline.stats().dropped() < n) {
            Thread.onSpinWait();
          }
        };
    Stats stats = pipeline.run();
    assertThat(shelf.numbers).containsExactly(0L, 2L, 4L, 6L, 8L);
    assertThat(stats.drops()).containsEntry(Drop.LATE, 5L).containsEntry(Drop.STALE, 0L);
    assertThat(stats.ages().quantile(1)).isLessThanOrEqualTo(600_000_000);
  }

  @Test
  void whatALiveSourceDropsIsCounted() throws Exception {
    Feed feed = new Feed(Pace.LIVE, 3_000);
    Shelf shelf = shelf("shelf");
    Stats stats = pipeline(feed, workers(3, n -> spin(5_000)), FOR_EVER, shelf).run();
    assertThat(shelf.numbers).isSorted().doesNotHaveDuplicates();
    assertThat(stats.read()).isEqualTo(3_000).isEqualTo(stats.observed() + stats.dropped());
    Stats.Output output = stats.outputs().get(0);
    assertThat(output.written() + output.dropped()).isEqualTo(stats.observed());
  }

  @Test
  void aSinkThatBreaksIsClosedAtOnceAndTheOthersGetAll() throws Exception {
    Shelf broken =
        new Shelf(
            "broken",
            n -> {
              if (n == 3) {
                throw new IOException("broken: disk full");
              }
            });
    Shelf good =
        new Shelf(
            "good",
            n -> {
              if (n == 49) {
                await(broken.closed);
              }
            });
    Stats stats =
        pipeline(new Feed(Pace.RECORDED, 50), workers(2, n -> {}), FOR_EVER, broken, good).run();
    assertThat(good.numbers).isEqualTo(upTo(50));
    assertThat(broken.numbers).isEqualTo(upTo(3));
    assertThat(broken.closes).hasValue(1);
    assertThat(good.closes).hasValue(1);
    assertThat(stats.failure()).get().extracting(Throwable::getMessage).asString().contains("disk");
    assertThat(stats.outputs().get(0).written()).isEqualTo(3);
  }

  @Test
  @DisplayName("R33: a sink that hangs costs the others no frame, and the run no time")
  void aSinkThatHangsHoldsUpNeitherTheOthersNorTheEnd() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    Semaphore written = new Semaphore(1);
    Feed feed = new Feed(Pace.LIVE, 20);
    feed.before = n -> await(written);
    Shelf stuck = new Shelf("stuck", n -> await(released));
    Shelf good = new Shelf("good", n -> written.release());
    Stats stats = pipeline(feed, workers(1, n -> {}), FOR_EVER, stuck, good).run();
    assertThat(good.numbers).isEqualTo(upTo(20));
    assertThat(stats.outputs().get(0).dropped()).isGreaterThanOrEqualTo(15);
    released.countDown();
    pools.forEach(WorkerPool::close);
    for (Thread thread : ours()) {
      thread.join();
    }
    assertThat(stuck.closes).hasValue(1);
  }

  @Test
  @DisplayName(
      "R10: a live source whose detector keeps up loses no frame, and each is shown at once")
  void aDetectorThatKeepsUpCostsNothing() throws Exception {
    Semaphore shown = new Semaphore(1);
    Feed feed = new Feed(Pace.LIVE, 200);
    feed.before = n -> await(shown);
    Shelf shelf = new Shelf("shelf", n -> shown.release());
    Stats stats = pipeline(feed, workers(2, n -> {}), FOR_EVER, shelf).run();
    assertThat(shelf.numbers).isEqualTo(upTo(200));
    assertThat(stats.dropped()).isZero();
  }

  @Test
  void aDetectorThatFailsCostsALiveRunOneFrame() throws Exception {
    Semaphore done = new Semaphore(1);
    Feed feed = new Feed(Pace.LIVE, 20);
    feed.before = n -> await(done);
    LongConsumer failing =
        n -> {
          if (n == 7) {
            done.release();
            throw new IllegalStateException("no memory");
          }
        };
    Shelf shelf = new Shelf("shelf", n -> done.release());
    Stats stats = pipeline(feed, workers(1, failing), FOR_EVER, shelf).run();
    assertThat(shelf.numbers).hasSize(19).doesNotContain(7L);
    assertThat(stats.drops()).containsEntry(Drop.FAILED, 1L).containsEntry(Drop.STALE, 0L);
  }

  @Test
  void aSinkThatCannotFinishIsAFailure() throws Exception {
    Shelf late =
        shelf("late")
            .thatFinishes(
                () -> {
                  throw new IOException("late: disk full");
                });
    Shelf good = shelf("good");
    Stats stats =
        pipeline(new Feed(Pace.RECORDED, 20), workers(2, n -> {}), FOR_EVER, late, good).run();
    assertThat(late.numbers).isEqualTo(upTo(20));
    assertThat(late.closes).hasValue(1);
    assertThat(good.closes).hasValue(1);
    assertThat(stats.failure())
        .get()
        .extracting(Throwable::getMessage)
        .isEqualTo("late: disk full");
  }

  @Test
  void aSinkThatBrokeIsNotFinished() throws Exception {
    AtomicInteger finished = new AtomicInteger();
    Shelf broken =
        new Shelf(
                "broken",
                n -> {
                  throw new IOException("broken: disk full");
                })
            .thatFinishes(finished::incrementAndGet);
    Shelf good = shelf("good").thatFinishes(finished::incrementAndGet);
    pipeline(new Feed(Pace.RECORDED, 5), workers(1, n -> {}), FOR_EVER, broken, good).run();
    assertThat(finished).hasValue(1);
  }
}
