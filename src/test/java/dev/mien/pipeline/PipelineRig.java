package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.detect.Detector;
import dev.mien.detect.ShotDetector;
import dev.mien.face.Detection;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import dev.mien.source.Pace;
import dev.mien.source.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Sources, workers and sinks that do what a test says; afterwards nothing of them may be left. */
abstract class PipelineRig {
  static final long FOR_EVER = Long.MAX_VALUE;

  private final List<Frame> frames = Collections.synchronizedList(new ArrayList<>());
  private final List<Frame> copies = Collections.synchronizedList(new ArrayList<>());
  final List<WorkerPool> pools = new ArrayList<>();
  private long bytesBefore;

  @BeforeEach
  void remember() {
    // OpenCV's classes keep a few bytes from their first use on.
    try (Frame frame = new Frame(0, 0, new Mat(48, 64, opencv_core.CV_8UC3))) {
      assertThat(new ShotDetector().isCut(frame)).isFalse();
    }
    bytesBefore = Pointer.totalBytes();
  }

  @AfterEach
  void nothingIsLeft() {
    pools.forEach(WorkerPool::close);
    assertThat(frames).allSatisfy(PipelineRig::isClosed);
    assertThat(copies).allSatisfy(PipelineRig::isClosed);
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytesBefore);
    assertThat(ours()).isEmpty();
  }

  private static void isClosed(Frame frame) {
    assertThatThrownBy(frame::image).isInstanceOf(IllegalStateException.class);
  }

  static List<Thread> ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("mien-"))
        .toList();
  }

  static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void await(Semaphore semaphore) {
    try {
      assertThat(semaphore.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Numbered pictures. */
  final class Feed implements Source {
    private final Pace pace;
    private final long length;
    LongConsumer before = n -> {};
    final CountDownLatch closing = new CountDownLatch(1);
    final AtomicInteger reads = new AtomicInteger();
    long brokenAt = -1;
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

  interface Writing {
    void write(long number) throws IOException;
  }

  interface Finishing {
    void finish() throws IOException;
  }

  /** Keeps the numbers that it gets. */
  final class Shelf implements Sink {
    private final String name;
    private final Writing writing;
    private Finishing finishing = () -> {};
    final List<Long> numbers = Collections.synchronizedList(new ArrayList<>());
    final CountDownLatch closed = new CountDownLatch(1);
    final AtomicInteger closes = new AtomicInteger();

    Shelf(String name, Writing writing) {
      this.name = name;
      this.writing = writing;
    }

    Shelf thatFinishes(Finishing step) {
      finishing = step;
      return this;
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
    public void finish() throws IOException {
      finishing.finish();
    }

    @Override
    public void close() {
      closes.incrementAndGet();
      closed.countDown();
    }
  }

  Shelf shelf(String name) {
    return new Shelf(name, n -> {});
  }

  static Nets nets(LongConsumer look) {
    return new Nets(
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

  static List<Nets> workers(int count, LongConsumer look) {
    return IntStream.range(0, count).mapToObj(i -> nets(look)).toList();
  }

  Pipeline pipeline(Feed feed, List<Nets> nets, long most, Sink... sinks) {
    return builder(feed, nets, new WorkerPool(nets.size()), sinks).maxFrames(most).build();
  }

  Pipeline.Builder builder(Feed feed, List<Nets> nets, WorkerPool pool, Sink... sinks) {
    pools.add(pool);
    return Pipeline.of(feed, pool, nets).sinks(List.of(sinks)).maxAge(Duration.ofHours(1));
  }

  static List<Long> upTo(long end) {
    return LongStream.range(0, end).boxed().toList();
  }
}
