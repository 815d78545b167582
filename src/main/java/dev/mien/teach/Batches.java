package dev.mien.teach;

import dev.mien.dataset.Augmentation;
import dev.mien.model.Card;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * The pictures that are learnt from, pass by pass, each in another order and each picture varied: a
 * batch is made while the one before it is learnt from. For one thread; two passes of one seed and
 * number are equal.
 */
final class Batches implements AutoCloseable {
  private static final int FEWEST = 4;
  private static final int STEPS_A_PASS = 8;

  /**
   * Some pictures.
   *
   * @param share of each picture in a blend with its partner, from the other end; 1 for none
   * @param values N×C×H×W
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
  record Batch(int[] pictures, double share, float[] values) {}

  private static final Batch NONE = new Batch(new int[0], 1, new float[0]);

  private final Hyperparameters settings;
  private final Crops crops;
  private final int[] truth;
  private final boolean[] coverable;
  private final Tensors uncovered;
  private final Tensors covered;
  private final ExecutorService ahead =
      Executors.newSingleThreadExecutor(r -> new Thread(r, "augment"));
  private CompletableFuture<Batch> next = CompletableFuture.completedFuture(NONE);
  private int[] order = {};
  private int pass;
  private int made;

  /**
   * @param labels in the order of their indexes
   */
  Batches(Hyperparameters settings, Card.Input input, Crops crops, List<String> labels) {
    this.settings = settings;
    this.crops = crops;
    this.truth = crops.labels();
    this.coverable = new boolean[labels.size()];
    settings.coverable().forEach(l -> coverable[labels.indexOf(l)] = true);
    Augmentation augmentation = settings.augmentation();
    this.uncovered = new Tensors(input, crops.side(), settings.crop(), augmentation.uncovered());
    this.covered = new Tensors(input, crops.side(), settings.crop(), augmentation);
  }

  /** Pictures in a batch: few make small batches, or there would be no steps to learn by. */
  static int size(Hyperparameters settings, int pictures) {
    int some = Math.max(FEWEST, pictures / STEPS_A_PASS);
    return Math.min(pictures, Math.min(settings.batch(), some));
  }

  /** Batches in a pass; what is left over has to wait for another order. */
  static int perPass(Hyperparameters settings, int pictures) {
    return pictures / size(settings, pictures);
  }

  /** Begins the pass of that number, from 1. */
  void begin(int number) {
    pass = number;
    order = shuffled(crops.size(), settings.seed() * 31 + number);
    made = 0;
    makeNext();
  }

  /** The next one of the pass, as long as there is one. */
  Batch next() {
    Batch batch = next.join();
    if (made < perPass(settings, crops.size())) {
      makeNext();
    }
    return batch;
  }

  private void makeNext() {
    int number = made++;
    int[] all = order;
    long seed = seed(settings, pass, number);
    next = CompletableFuture.supplyAsync(() -> make(all, number, seed), ahead);
  }

  /** What the chances of a batch are drawn from. */
  static long seed(Hyperparameters settings, int pass, int batch) {
    return (settings.seed() * 1_000_003 + pass) * 1_000_003 + batch;
  }

  private Batch make(int[] all, int number, long seed) {
    int size = size(settings, crops.size());
    int[] pictures = Arrays.copyOfRange(all, number * size, (number + 1) * size);
    int floats = covered.floats();
    float[] values = new float[pictures.length * floats];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < pictures.length; i++) {
      Tensors tensors = coverable[truth[pictures[i]]] ? covered : uncovered;
      tensors.write(crops.pixels(pictures[i]), random.split(), values, i * floats);
    }
    return new Batch(pictures, share(new SplittableRandom(seed)), values);
  }

  private static int[] shuffled(int size, long seed) {
    int[] order = IntStream.range(0, size).toArray();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /** The larger share of a blend, from Beta(mixup, mixup) by Jöhnk's way; 1 blends nothing. */
  private double share(SplittableRandom random) {
    double alpha = settings.mixup();
    if (alpha == 0) {
      return 1;
    }
    while (true) {
      double x = Math.pow(random.nextDouble(), 1 / alpha);
      double y = Math.pow(random.nextDouble(), 1 / alpha);
      if (x + y > 0 && x + y <= 1) {
        return Math.max(x, y) / (x + y);
      }
    }
  }

  /** Waits for the batch that is being made: it uses what is freed here. */
  @Override
  public void close() {
    next.exceptionally(e -> NONE).join();
    ahead.shutdown();
    uncovered.close();
    covered.close();
  }
}
