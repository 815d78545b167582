package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.detect.Detector;
import dev.mien.face.Detection;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkClosedException;
import dev.mien.source.Pace;
import dev.mien.source.Source;
import dev.mien.track.Follower;
import dev.mien.track.Rules;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PipelineTest {
  private static final long FOR_EVER = Long.MAX_VALUE;

  private final List<Frame> frames = Collections.synchronizedList(new ArrayList<>());
  private final List<Frame> copies = Collections.synchronizedList(new ArrayList<>());
  private long bytesBefore;

  @BeforeEach
  void remember() {
    bytesBefore = Pointer.totalBytes();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(frames).allSatisfy(PipelineTest::isClosed);
    assertThat(copies).allSatisfy(PipelineTest::isClosed);
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytesBefore);
    assertThat(ours()).isEmpty();
  }

  private static void isClosed(Frame frame) {
    assertThatThrownBy(frame::image).isInstanceOf(IllegalStateException.class);
  }

  private static List<Thread> ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("mien-"))
        .toList();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(Semaphore semaphore) {
    try {
      assertThat(semaphore.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Numbered pictures. */
  private final class Feed implements Source {
    private final Pace pace;
    private final long length;
    private LongConsumer before = n -> {};
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicInteger reads = new AtomicInteger();
    private long brokenAt = -1;
    private long next;

    Feed(Pace pace, long length) {
      this.pace = pace;
      this.length = length;
    }

    @Override
    public String name() {
      return "feed";
    }

    @Override
    public Pace pace() {
      return pace;
    }

    @Override
    public @Nullable Frame read() throws IOException {
      before.accept(next);
      if (next == brokenAt) {
        throw new IOException("feed: the plug was pulled");
      }
      if (closing.getCount() == 0 || next >= length) {
        return null;
      }
      reads.incrementAndGet();
      Frame frame = new Frame(next, next * 40_000_000, new Mat(48, 64, opencv_core.CV_8UC3));
      frames.add(frame);
      next++;
      return frame;
    }

    @Override
    public void close() {
      closing.countDown();
    }
  }

  private interface Writing {
    void write(long number) throws IOException;
  }

  /** Keeps the numbers that it gets. */
  private final class Shelf implements Sink {
    private final String name;
    private final Writing writing;
    private final List<Long> numbers = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger closes = new AtomicInteger();

    Shelf(String name, Writing writing) {
      this.name = name;
      this.writing = writing;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void write(Frame frame, Observation observation) throws IOException {
      copies.add(frame);
      assertThat(observation.sequence()).isEqualTo(frame.sequence());
      writing.write(frame.sequence());
      numbers.add(frame.sequence());
    }

    @Override
    public void close() {
      closes.incrementAndGet();
      closed.countDown();
    }
  }

  private Shelf shelf(String name) {
    return new Shelf(name, n -> {});
  }

  private static Worker worker(LongConsumer look) {
    return new Worker(
        new Detector() {
          @Override
          public List<Detection> detect(Frame frame) {
            look.accept(frame.sequence());
            assertThat(frame.image().isNull()).isFalse();
            return List.of();
          }

          @Override
          public void close() {}
        },
        List.of());
  }

  private static List<Worker> workers(int count, LongConsumer look) {
    return IntStream.range(0, count).mapToObj(i -> worker(look)).toList();
  }

  private static Pipeline pipeline(Feed feed, List<Worker> workers, long most, Sink... sinks) {
    Follower follower = Follower.ofVideo(Rules.DEFAULT, new AtomicLong()::incrementAndGet);
    return new Pipeline(feed, workers, follower, List.of(), List.of(sinks), most);
  }

  private static List<Long> upTo(long end) {
    return LongStream.range(0, end).boxed().toList();
  }

  @Test
  void theOrderStaysWhereEveryFourthFrameIsTheSlowest() throws Exception {
    int length = 400;
    List<CountDownLatch> seen =
        IntStream.range(0, length).mapToObj(i -> new CountDownLatch(1)).toList();
    List<Worker> four =
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
    List<Worker> four = workers(4, n -> spin(random.nextInt(20_000)));
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
    Worker slow =
        worker(
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
    for (Thread thread : ours()) {
      thread.join();
    }
    assertThat(stuck.closes).hasValue(1);
  }

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
                          t.getName().equals("mien-read")
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
