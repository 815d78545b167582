package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.sink.Sink;
import dev.mien.sink.SinkClosedException;
import dev.mien.source.Pace;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a run is held and how it ends. */
@Timeout(60)
final class PipelineEndTest extends PipelineRig {
  @Test
  void theRunEndsWhenWhoReadsItHasGone() throws Exception {
    Shelf head =
        new Shelf(
            "head",
            n -> {
              if (n == 10) {
                throw new SinkClosedException("head: gone", new IOException("Broken pipe"));
              }
            });
    Sink tally = new dev.mien.report.Tally();
    Feed feed = new Feed(Pace.RECORDED, FOR_EVER);
    Stats stats = pipeline(feed, workers(2, n -> {}), FOR_EVER, head, tally).run();
    assertThat(head.numbers).isEqualTo(upTo(10));
    assertThat(stats.failure()).get().isInstanceOf(SinkClosedException.class);
  }

  @Test
  void whatWasReadBeforeTheSourceBrokeIsWritten() throws Exception {
    Feed feed = new Feed(Pace.RECORDED, 100);
    feed.brokenAt = 30;
    Shelf shelf = shelf("shelf");
    Stats stats = pipeline(feed, workers(2, n -> {}), FOR_EVER, shelf).run();
    assertThat(shelf.numbers).isEqualTo(upTo(30));
    assertThat(stats.sourceFailure()).hasMessage("feed: the plug was pulled");
    assertThat(stats.failure()).containsSame(stats.sourceFailure());
  }

  @Test
  void aDetectorThatFailsEndsTheRunOfARecording() {
    LongConsumer failing =
        n -> {
          if (n == 25) {
            throw new IllegalStateException("no memory");
          }
        };
    Shelf shelf = shelf("shelf");
    Pipeline pipeline =
        pipeline(new Feed(Pace.RECORDED, 1_000), workers(3, failing), FOR_EVER, shelf);
    assertThatThrownBy(pipeline::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("frame 25 of feed: no memory");
    assertThat(shelf.numbers).isEqualTo(upTo(25));
    assertThat(shelf.closes).hasValue(1);
  }

  @Test
  void stopFinishesWhatWasRead() throws Exception {
    CountDownLatch fifty = new CountDownLatch(50);
    Shelf shelf = new Shelf("shelf", n -> fifty.countDown());
    Pipeline pipeline =
        pipeline(new Feed(Pace.RECORDED, FOR_EVER), workers(2, n -> {}), FOR_EVER, shelf);
    Thread other =
        new Thread(
            () -> {
              await(fifty);
              pipeline.stop();
            });
    other.start();
    Stats stats = pipeline.run();
    other.join();
    assertThat(shelf.numbers).hasSizeGreaterThanOrEqualTo(50).isEqualTo(upTo(stats.observed()));
    assertThat(shelf.closes).hasValue(1);
    assertThat(stats.failure()).isEmpty();
  }

  @Test
  void stopEndsAReadThatWaits() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    Feed feed = new Feed(Pace.LIVE, FOR_EVER);
    feed.before =
        n -> {
          if (n == 5) {
            waiting.countDown();
            await(feed.closing);
          }
        };
    Pipeline pipeline = pipeline(feed, workers(1, n -> {}), FOR_EVER, shelf("shelf"));
    Thread other =
        new Thread(
            () -> {
              await(waiting);
              pipeline.stop();
            });
    other.start();
    Stats stats = pipeline.run();
    other.join();
    assertThat(stats.read()).isEqualTo(5);
  }

  @Test
  void framesOfALiveSourceAreDroppedWhileItIsPaused() throws Exception {
    Semaphore written = new Semaphore(1);
    Feed feed = new Feed(Pace.LIVE, 30);
    Shelf shelf = new Shelf("shelf", n -> written.release());
    Pipeline pipeline = pipeline(feed, workers(1, n -> {}), FOR_EVER, shelf);
    feed.before =
        n -> {
          if (n == 20) {
            pipeline.pause();
          }
          if (n >= 20) {
            await(written);
          }
        };
    pipeline.pause();
    Stats stats = pipeline.run();
    assertThat(stats.drops()).containsEntry(Drop.PAUSED, 20L).containsEntry(Drop.STALE, 0L);
    assertThat(shelf.numbers).hasSize(10).startsWith(20L);
  }

  @Test
  void aPausedRecordingWaits() throws Exception {
    Feed feed = new Feed(Pace.RECORDED, 40);
    Shelf shelf = shelf("shelf");
    Pipeline pipeline = pipeline(feed, workers(2, n -> {}), FOR_EVER, shelf);
    pipeline.pause();
    AtomicInteger readWhilePaused = new AtomicInteger();
    Thread other =
        new Thread(
            () -> {
              while (ours().stream()
                  .noneMatch(
                      t ->
                          t.getName().equals("mien-read-feed")
                              && t.getState() == Thread.State.WAITING)) {
                Thread.onSpinWait();
              }
              readWhilePaused.set(feed.reads.get());
              pipeline.pause();
            });
    other.start();
    Stats stats = pipeline.run();
    other.join();
    assertThat(readWhilePaused).hasValue(1);
    assertThat(shelf.numbers).isEqualTo(upTo(40));
    assertThat(stats.dropped()).isZero();
  }

  @Test
  void itEndsAfterTheFramesThatWereAskedFor() throws Exception {
    Shelf shelf = shelf("shelf");
    Stats stats = pipeline(new Feed(Pace.RECORDED, FOR_EVER), workers(4, n -> {}), 17, shelf).run();
    assertThat(shelf.numbers).isEqualTo(upTo(17));
    assertThat(stats.observed()).isEqualTo(17);
  }

  @Test
  void anEmptySourceAndNoSinkAreARunToo() throws Exception {
    Stats stats = pipeline(new Feed(Pace.RECORDED, 0), workers(2, n -> {}), FOR_EVER).run();
    assertThat(stats.read()).isZero();
    assertThat(stats.observed()).isZero();
  }
}
