package dev.mien.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.config.Settings;
import dev.mien.config.Settings.Camera;
import dev.mien.detect.Detector;
import dev.mien.face.Detection;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.pipeline.Nets;
import dev.mien.pipeline.Pipeline;
import dev.mien.pipeline.Stats;
import dev.mien.pipeline.WorkerPool;
import dev.mien.session.Wishes;
import dev.mien.sink.Recording;
import dev.mien.sink.Sink;
import dev.mien.source.PatternSource;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Cameras that come and go. They are recordings without end, which never lose a frame themselves.
 */
@Timeout(240)
final class ServiceTest {
  private final Set<String> lost = ConcurrentHashMap.newKeySet();
  private final AtomicLong ids = new AtomicLong();
  private final Map<String, List<Book>> books = new ConcurrentHashMap<>();
  private WorkerPool pool = new WorkerPool(0);
  private List<Nets> nets = List.of();
  private final Service service = new Service(this::open);

  /** The counters in the pictures that one run of a camera gave. */
  private static final class Book implements Sink {
    private final List<Long> counters = new ArrayList<>();
    private final Semaphore written = new Semaphore(0);
    private volatile boolean closed;

    @Override
    public String name() {
      return "book";
    }

    @Override
    public synchronized void write(Frame frame, Observation observation) {
      counters.add((long) PatternSource.readCounter(frame).orElseThrow());
      written.release();
    }

    @Override
    public void close() {
      closed = true;
    }

    synchronized List<Long> counters() {
      return List.copyOf(counters);
    }

    void await(int frames) throws InterruptedException {
      assertThat(written.tryAcquire(frames, 120, TimeUnit.SECONDS)).isTrue();
    }
  }

  @BeforeEach
  void hire() {
    Detector nothing =
        new Detector() {
          @Override
          public List<Detection> detect(Frame frame) {
            return List.of();
          }

          @Override
          public void close() {}
        };
    pool.close();
    pool = new WorkerPool(2);
    nets = List.of(new Nets(nothing, List.of()), new Nets(nothing, List.of()));
  }

  @AfterEach
  void end() throws Exception {
    service.stop();
    service.await();
    pool.close();
    assertThat(books.values()).allSatisfy(runs -> assertThat(runs).allMatch(b -> b.closed));
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(t -> t.getName().startsWith("camera-") || t.getName().startsWith("mien-"));
  }

  private Pipeline open(Camera camera) throws IOException {
    if (camera.name().equals("bad") || lost.contains(camera.name())) {
      throw new IOException(camera.name() + ": no permission to write there");
    }
    Book book = new Book();
    books.computeIfAbsent(camera.name(), n -> new ArrayList<>()).add(book);
    return Pipeline.of(camera.source().open(camera.name()), pool, nets)
        .ids(ids::incrementAndGet)
        .sinks(List.of(book))
        .maxAge(camera.maxAge())
        .build();
  }

  private static Camera camera(String name, String size) {
    return recording(name, size, 9_999_999);
  }

  private static Camera recording(String name, String size, int frames) {
    return new Camera(
        name,
        SourceAddress.parse("pattern:%s?frames=%d".formatted(size, frames)),
        List.of(),
        Duration.ofSeconds(1),
        false,
        Wishes.DEFAULT,
        new Recording(true, null, null, 0, Clock.systemUTC()));
  }

  private static Settings settings(Camera... cameras) {
    Map<String, Camera> all = new java.util.LinkedHashMap<>();
    for (Camera camera : cameras) {
      all.put(camera.name(), camera);
    }
    return new Settings("cpu", "auto", all);
  }

  private Book book(String camera, int run) {
    return java.util.Objects.requireNonNull(books.get(camera)).get(run);
  }

  private void ranWithoutALoss(Book book) {
    List<Long> counters = book.counters();
    assertThat(counters).isEqualTo(LongStream.range(0, counters.size()).boxed().toList());
  }

  @Test
  void whatDidNotChangeLosesNoFrame() throws Exception {
    service.apply(settings(camera("same", "64x64"), camera("other", "64x64")));
    Book same = book("same", 0);
    same.await(50);
    service.apply(
        settings(camera("same", "64x64"), camera("other", "96x64"), camera("new", "64x64")));
    same.await(50);
    book("new", 0).await(1);
    book("other", 1).await(1);
    assertThat(book("other", 0).closed).isTrue();
    service.apply(settings(camera("same", "64x64")));
    same.await(50);
    assertThat(service.stats()).extracting(Stats::source).containsExactly("same");
    assertThat(books.get("same")).hasSize(1);
    ranWithoutALoss(same);
    ranWithoutALoss(book("other", 0));
  }

  @Test
  void ifOneCannotBeOpenedAllIsAsBefore() throws Exception {
    service.apply(settings(camera("same", "64x64"), camera("other", "64x64")));
    assertThatThrownBy(
            () ->
                service.apply(
                    settings(
                        camera("same", "64x64"), camera("new", "64x64"), camera("bad", "64x64"))))
        .isInstanceOf(IOException.class);
    assertThat(service.stats())
        .extracting(Stats::source)
        .containsExactlyInAnyOrder("same", "other");
    book("same", 0).await(50);
    book("other", 1).await(50);
    assertThat(books.get("same")).hasSize(1);
    assertThat(book("new", 0).closed).isTrue();
    assertThat(book("new", 0).counters()).isEmpty();
  }

  @Test
  void whatCannotBeOpenedAgainIsSaidAndFailsTheService() throws Exception {
    service.apply(settings(camera("same", "64x64"), camera("disk", "64x64"), camera("c", "64x64")));
    lost.add("disk");
    assertThatThrownBy(
            () ->
                service.apply(
                    settings(
                        camera("same", "64x64"), camera("disk", "96x64"), camera("c", "96x96"))))
        .hasMessageStartingWith("disk: ")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(service.stats()).extracting(Stats::source).containsExactlyInAnyOrder("same", "c");
    book("c", 1).await(1);
    service.stop();
    assertThat(service.await()).hasMessageContaining("disk");
  }

  @Test
  void aRefusedChangeDoesNotPlayAgainWhatHasEnded() throws Exception {
    Camera brief = recording("brief", "64x64", 5);
    service.apply(settings(brief));
    assertThat(service.await()).isNull();
    assertThatThrownBy(() -> service.apply(settings(brief, camera("bad", "64x64"))))
        .hasMessageStartingWith("bad: ");
    assertThat(books.get("brief"))
        .satisfiesAnyOf(
            runs -> assertThat(runs).hasSize(1),
            runs -> assertThat(runs.get(1).counters()).isEmpty());
    assertThat(service.stats()).extracting(Stats::source).containsExactly("brief");
  }

  /** The watchdog asks, and must not wait for a camera that takes its time. */
  @Test
  void itTellsHowItIsWhileACameraIsOpened() throws Exception {
    service.apply(settings(camera("same", "64x64")));
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    FutureTask<Void> reload =
        new FutureTask<>(
            () -> {
              service.apply(
                  settings(camera("same", "64x64")),
                  camera -> {
                    opening.countDown();
                    try {
                      asked.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    return open(camera);
                  });
              return null;
            });
    new Thread(reload, "reload").start();
    opening.await();
    assertThat(service.stats()).isEmpty();
    asked.countDown();
    reload.get();
    assertThat(service.stats()).extracting(Stats::source).containsExactly("same");
  }

  @Test
  void otherPartsReplaceAllOfThem() throws Exception {
    service.apply(settings(camera("same", "64x64")));
    book("same", 0).await(10);
    service.apply(settings(camera("same", "64x64")), this::open);
    book("same", 1).await(10);
    assertThat(book("same", 0).closed).isTrue();
    ranWithoutALoss(book("same", 0));
  }

  @Test
  void itEndsWhenAllHaveEnded() throws Exception {
    Camera brief = recording("brief", "64x64", 20);
    service.apply(settings(brief));
    assertThat(service.await()).isNull();
    assertThat(book("brief", 0).counters()).hasSize(20);
    // It has ended, so it is begun anew though nothing changed.
    service.apply(settings(brief));
    assertThat(service.await()).isNull();
    assertThat(book("brief", 1).counters()).hasSize(20);
  }
}
