package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.detect.Detector;
import dev.mien.face.Detection;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import dev.mien.source.ConnectionState;
import dev.mien.source.Pace;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several sources and one pool. */
@Timeout(60)
final class WorkerPoolTest {
  private static final Path CLIP = Path.of("src/demo/cap13_edit2.mp4");
  private static final int CLIP_FRAMES = 765;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicLong ids = new AtomicLong();
  private long bytesBefore;

  @BeforeEach
  void remember() throws IOException {
    SourceAddress.parse(CLIP.toString()).open().close();
    bytesBefore = Pointer.totalBytes();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(Pointer.totalBytes())
        .as("less than a picture")
        .isLessThan(bytesBefore + 64 * 64 * 3);
    assertThat(Thread.getAllStackTraces().keySet()).noneMatch(t -> t.getName().contains("mien-"));
  }

  private static List<Nets> workers(int count, Consumer<Frame> look) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new Nets(
                    new Detector() {
                      @Override
                      public List<Detection> detect(Frame frame) {
                        look.accept(frame);
                        return List.of();
                      }

                      @Override
                      public void close() {}
                    },
                    List.of()))
        .toList();
  }

  /** Keeps what it gets, and calls back. */
  private static final class Book implements Sink {
    private final List<Observation> seen = Collections.synchronizedList(new ArrayList<>());
    private final Consumer<Observation> then;

    Book(Consumer<Observation> then) {
      this.then = then;
    }

    @Override
    public String name() {
      return "book";
    }

    @Override
    public Want wants() {
      return Want.NOTHING;
    }

    @Override
    public void write(Frame frame, Observation observation) {
      seen.add(observation);
      then.accept(observation);
    }

    @Override
    public void close() {}

    List<Long> numbers() {
      return seen.stream().map(Observation::sequence).toList();
    }
  }

  /** Gives some frames of a pattern, and then nothing until it is closed. */
  private static final class Stalling implements Source {
    private final Source pattern;
    private final long frames;
    private final CountDownLatch stalled = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private long given;

    Stalling(long frames) throws IOException {
      pattern = SourceAddress.parse("pattern:64x64?frames=" + (frames + 1)).open("stalling");
      this.frames = frames;
    }

    @Override
    public String name() {
      return pattern.name();
    }

    @Override
    public Pace pace() {
      return Pace.LIVE;
    }

    @Override
    public Frame read() throws IOException {
      if (given++ == frames) {
        stalled.countDown();
        awaitUnchecked(closed);
      }
      Frame frame = pattern.read();
      if (frame == null) {
        throw new IOException("the pattern is longer");
      }
      return frame;
    }

    @Override
    public void close() {
      closed.countDown();
      pattern.close();
    }
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Pipeline pipeline(Source source, WorkerPool pool, List<Nets> nets, Sink... sinks) {
    return Pipeline.of(source, pool, nets)
        .ids(ids::incrementAndGet)
        .sinks(List.of(sinks))
        .maxAge(Duration.ofHours(1))
        .build();
  }

  private static Source pattern(String name, int frames) throws IOException {
    return SourceAddress.parse("pattern:64x64@25?frames=" + frames).open(name);
  }

  @Test
  void eachSourceKeepsItsFramesItsOrderAndItsName() throws Exception {
    Book film = new Book(o -> {});
    Book card = new Book(o -> {});
    List<Nets> nets = workers(3, f -> {});
    try (WorkerPool pool = new WorkerPool(3)) {
      Source clip = SourceAddress.parse(CLIP.toString()).open("film");
      Future<Stats> one = threads.submit(pipeline(clip, pool, nets, film)::run);
      Future<Stats> two = threads.submit(pipeline(pattern("card", 900), pool, nets, card)::run);
      assertThat(one.get().observed()).isEqualTo(CLIP_FRAMES);
      assertThat(two.get().observed()).isEqualTo(900);
    }
    assertThat(film.numbers()).isEqualTo(LongStream.range(0, CLIP_FRAMES).boxed().toList());
    assertThat(card.numbers()).isEqualTo(LongStream.range(0, 900).boxed().toList());
    assertThat(film.seen).extracting(Observation::source).containsOnly("film");
    assertThat(card.seen).extracting(Observation::source).containsOnly("card");
  }

  @Test
  void aSourceThatStallsCostsTheOthersNothing() throws Exception {
    Book book = new Book(o -> {});
    Stalling stalling = new Stalling(5);
    List<Nets> nets = workers(2, f -> {});
    try (WorkerPool pool = new WorkerPool(2)) {
      Pipeline stuck = pipeline(stalling, pool, nets);
      Future<Stats> waiting = threads.submit(stuck::run);
      awaitUnchecked(stalling.stalled);
      Source clip = SourceAddress.parse(CLIP.toString()).open();
      assertThat(pipeline(clip, pool, nets, book).run().observed()).isEqualTo(CLIP_FRAMES);
      assertThat(waiting).isNotDone();
      Stats meanwhile = stuck.stats();
      assertThat(meanwhile.finished()).isFalse();
      assertThat(meanwhile.read()).isEqualTo(5);
      assertThat(meanwhile.underWay()).isZero();
      assertThat(meanwhile.link().state()).isEqualTo(ConnectionState.State.UP);
      stuck.stop();
      assertThat(waiting.get().finished()).isTrue();
    }
    assertThat(book.numbers()).hasSize(CLIP_FRAMES);
  }

  @Test
  void aSourceWhoseFramesFailCostsTheOthersNothing() throws Exception {
    Book book = new Book(o -> {});
    Consumer<Frame> failing =
        frame -> {
          if (frame.size().width() == 96) {
            throw new IllegalStateException("no");
          }
        };
    List<Nets> nets = workers(2, failing);
    try (WorkerPool pool = new WorkerPool(2)) {
      Source bad = SourceAddress.parse("pattern:96x64@900").open("bad");
      Pipeline doomed = pipeline(bad, pool, nets);
      Future<Stats> other = threads.submit(doomed::run);
      assertThat(pipeline(pattern("good", 500), pool, nets, book).run().observed()).isEqualTo(500);
      doomed.stop();
      assertThat(other.get().observed()).isZero();
    }
    assertThat(book.numbers()).hasSize(500);
  }

  /** No threads, and a clock that only moves by what the frames cost. */
  @Test
  void dearFramesGetNoMoreThanTheirShareOfTheTime() throws Exception {
    AtomicLong clock = new AtomicLong();
    List<Nets> nets =
        workers(1, f -> clock.addAndGet(f.size().width() == 96 ? 10_000_000 : 1_000_000));
    int dears = 0;
    try (WorkerPool pool = new WorkerPool(1, 0, clock::get);
        Source wide = SourceAddress.parse("pattern:96x64?frames=9999").open("dear");
        Source narrow = pattern("cheap", 9999)) {
      SourceQueue dear = queue(pool, nets);
      SourceQueue cheap = queue(pool, nets);
      pool.join(dear);
      pool.join(cheap);
      // The dear one was alone for a while, and the cheap one does not get that time back.
      for (int i = 0; i < 10; i++) {
        dear.put(next(wide));
        work(pool, dear, cheap);
      }
      for (int i = 0; i < 110; i++) {
        dear.put(next(wide));
        cheap.put(next(narrow));
        dears += work(pool, dear, cheap) == dear ? 1 : 0;
      }
      dear.abort(List.of());
      cheap.abort(List.of());
    }
    assertThat(dears).as("one dear frame for ten cheap ones").isBetween(9, 11);
  }

  private static SourceQueue queue(WorkerPool pool, List<Nets> nets) {
    return new SourceQueue(
        pool, nets, Pace.LIVE, new Meter(pool.clock), 500_000_000L, Effort.FULL, true);
  }

  private static SourceQueue work(WorkerPool pool, SourceQueue... queues)
      throws InterruptedException {
    Objects.requireNonNull(pool.next()).run(0);
    SourceQueue worked = Arrays.stream(queues).filter(q -> q.since() != null).findFirst().get();
    worked.done(Objects.requireNonNull(worked.next()));
    return worked;
  }

  private static Frame next(Source source) throws IOException {
    return Objects.requireNonNull(source.read());
  }
}
