package dev.mien.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.errorprone.annotations.MustBeClosed;
import dev.mien.face.Classification;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.model.Model;
import dev.mien.onnx.Device;
import dev.mien.onnx.Network;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SharedClassifierTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Frame frame =
      new Frame(0, 0, new Mat(80, 160, opencv_core.CV_8UC3, Scalar.all(99)));
  private final AtomicLong clock = new AtomicLong();

  @AfterEach
  void end() {
    threads.shutdown();
    frame.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(t -> t.getName().equals("mien-classify"));
  }

  /** Answers each face with the place of its box, and keeps what it was asked. */
  private static class Places implements Classifier {
    final List<List<Crop>> batches = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean closed;

    @Override
    public List<Classification> classify(List<Crop> crops) {
      batches.add(crops);
      return crops.stream().map(SharedClassifierTest::answer).toList();
    }

    List<Integer> sizes() {
      return batches.stream().map(List::size).toList();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static Classification answer(Crop crop) {
    String label = Double.toString(crop.box().x());
    return new Classification("place", "x", List.of(new Classification.Score(label, 1)), 0);
  }

  /** So many faces, the first of them at this place. */
  private List<Crop> crops(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(x -> new Crop(frame, new Box(x, 0, 10, 10)))
        .toList();
  }

  private CompletableFuture<List<Classification>> ask(SharedClassifier shared, List<Crop> crops) {
    return CompletableFuture.supplyAsync(() -> shared.classify(crops), threads);
  }

  private static void await(SharedClassifier shared, int waiting) {
    while (shared.waiting() != waiting) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static List<Classification> answers(List<Crop> crops) {
    return crops.stream().map(SharedClassifierTest::answer).toList();
  }

  @Test
  void asksNothingForNobody() {
    Places places = new Places();
    try (SharedClassifier shared = new SharedClassifier(places, 2)) {
      assertThat(shared.classify(List.of())).isEmpty();
    }
    assertThat(places.batches).isEmpty();
    assertThat(places.closed).isTrue();
  }

  @Test
  void waitsForOthersUntilTheTimeIsOver() {
    Places places = new Places();
    try (SharedClassifier shared = new SharedClassifier(places, 3, clock::get)) {
      var one = ask(shared, crops(0, 2));
      await(shared, 1);
      clock.set(SharedClassifier.PATIENCE_NANOS - 1);
      var two = ask(shared, crops(50, 1));
      await(shared, 2);
      assertThat(places.batches).isEmpty();
      clock.set(SharedClassifier.PATIENCE_NANOS); // Of the first; the second has just come.
      assertThat(one.join()).isEqualTo(answers(crops(0, 2)));
      assertThat(two.join()).isEqualTo(answers(crops(50, 1)));
    }
    assertThat(places.sizes()).containsExactly(3);
  }

  /** The clock stands still: there is no waiting at all. */
  @Test
  void waitsForNobodyWhoCannotCome() {
    Places places = new Places();
    try (SharedClassifier shared = new SharedClassifier(places, 2, clock::get)) {
      var one = ask(shared, crops(0, 1));
      await(shared, 1);
      assertThat(shared.classify(crops(9, 1))).isEqualTo(answers(crops(9, 1)));
      assertThat(one.join()).isEqualTo(answers(crops(0, 1)));
      assertThat(shared.classify(crops(0, SharedClassifier.MOST))).hasSize(SharedClassifier.MOST);
    }
    assertThat(places.sizes()).containsExactly(2, SharedClassifier.MOST);
  }

  @Test
  void aCrowdDoesNotHoldUpTheOthers() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Places places =
        new Places() {
          @Override
          public List<Classification> classify(List<Crop> crops) {
            begun.countDown();
            awaitUnchecked(goOn);
            return super.classify(crops);
          }
        };
    try (SharedClassifier shared = new SharedClassifier(places, 1, clock::get)) {
      var crowd = ask(shared, crops(0, 60));
      awaitUnchecked(begun);
      var other = ask(shared, crops(99, 3));
      await(shared, 2);
      goOn.countDown();
      assertThat(other.join()).isEqualTo(answers(crops(99, 3)));
      assertThat(crowd.join()).isEqualTo(answers(crops(0, 60)));
    }
    // One batch was under way, one more is the crowd's turn; then the other's, not all of the
    // crowd.
    assertThat(places.sizes()).containsExactly(16, 16, 16, 15);
    assertThat(places.batches.get(2)).containsAll(crops(99, 3));
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatFailsFailsForThoseWhoAskedAndNobodyElse() {
    Places places =
        new Places() {
          @Override
          public List<Classification> classify(List<Crop> crops) {
            if (crops.get(0).box().x() == 13) {
              throw new IllegalStateException("no memory");
            }
            return super.classify(crops);
          }
        };
    try (SharedClassifier shared = new SharedClassifier(places, 1)) {
      assertThatThrownBy(() -> shared.classify(crops(13, 40))).hasMessage("no memory");
      assertThat(shared.waiting()).isZero();
      assertThat(shared.classify(crops(14, 1))).isEqualTo(answers(crops(14, 1)));
    }
  }

  @Test
  void whoWaitsWhenItIsClosedIsAnswered() {
    Places places = new Places();
    SharedClassifier shared = new SharedClassifier(places, 2, clock::get);
    var waiting = ask(shared, crops(7, 20 - SharedClassifier.MOST));
    await(shared, 1);
    shared.close();
    assertThat(waiting.join()).isEqualTo(answers(crops(7, 20 - SharedClassifier.MOST)));
    assertThat(places.closed).isTrue();
    assertThatThrownBy(() -> shared.classify(crops(0, 1))).hasMessageContaining("closed");
    shared.close();
  }

  @MustBeClosed
  private static Frame noise() {
    byte[] bytes = new byte[120 * 160 * 3];
    new Random(5).nextBytes(bytes);
    Mat image = new Mat(120, 160, opencv_core.CV_8UC3);
    image.data().put(bytes);
    return new Frame(0, 0, image);
  }

  /** R22, R43: batches of any size from many threads: to each face what it gets alone. */
  @Test
  void eachFaceGetsItsOwnAnswer() throws Exception {
    Model model = Model.load(Path.of("models/emotion"));
    BatchSizes sizes = new BatchSizes();
    try (Network network = Network.open("emotion", model.read(Model.NETWORK), Device.CPU);
        OnnxClassifier alone = new OnnxClassifier(model, network);
        SharedClassifier shared =
            new SharedClassifier(new OnnxClassifier(model, network, sizes, true), 4);
        Frame noise = noise()) {
      List<Crop> faces = new ArrayList<>();
      List<Classification> expected = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        Crop crop = new Crop(noise, new Box(i * 5, i * 3, 20 + i, 24));
        faces.add(crop);
        expected.addAll(alone.classify(List.of(crop)));
      }
      List<Future<Integer>> asked = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Random random = new Random(t);
        asked.add(threads.submit(() -> askAtRandom(shared, faces, expected, random)));
      }
      int all = 0;
      for (Future<Integer> one : asked) {
        all += one.get();
      }
      List<Long> counts = sizes.counts();
      assertThat(IntStream.range(0, counts.size()).mapToLong(n -> n * counts.get(n)).sum())
          .isEqualTo(all);
      assertThat(counts.subList(SharedClassifier.MOST + 1, counts.size())).containsOnly(0L);
    }
  }

  private static int askAtRandom(
      SharedClassifier shared, List<Crop> faces, List<Classification> expected, Random random) {
    int all = 0;
    for (int round = 0; round < 30; round++) {
      int[] chosen = random.ints(random.nextInt(20), 0, faces.size()).toArray();
      List<Classification> answers =
          shared.classify(IntStream.of(chosen).mapToObj(faces::get).toList());
      assertThat(answers).hasSize(chosen.length);
      for (int i = 0; i < chosen.length; i++) {
        List<Classification.Score> scores = expected.get(chosen[i]).scores();
        for (int s = 0; s < scores.size(); s++) {
          assertThat(answers.get(i).scores().get(s).label()).isEqualTo(scores.get(s).label());
          assertThat(answers.get(i).scores().get(s).probability())
              .isCloseTo(scores.get(s).probability(), within(1e-5));
        }
      }
      all += chosen.length;
    }
    return all;
  }
}
