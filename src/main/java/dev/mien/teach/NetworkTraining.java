package dev.mien.teach;

import static org.bytedeco.pytorch.global.torch.from_blob;
import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.set_autocast_cache_enabled;
import static org.bytedeco.pytorch.global.torch.set_autocast_dtype;
import static org.bytedeco.pytorch.global.torch.set_autocast_enabled;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import dev.mien.dataset.Augmentation;
import dev.mien.model.Card;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Trains a {@link ResidualNet} from nothing: stochastic gradient descent with Nesterov's momentum,
 * one rise and fall of the rate, blended pairs (Zhang et al., "mixup", 2018), smoothed labels that
 * give way to a {@link Recollection}, and a running average of the weights, which is what is kept.
 */
@SuppressWarnings("try") // Scopes and guards work by being open.
final class NetworkTraining {
  private static final double MOMENTUM = 0.9;
  private static final double WARMUP = 0.1;
  private static final int VALIDATION_BATCH = 128;
  private static final int FEWEST = 4;
  private static final long WORTH_SPREADING = 1_000_000;
  private static final int STEPS_AN_EPOCH = 8;

  /** The average looks back over about so many steps, fewer at the start. */
  private static final double AVERAGE_STEPS = 1000;

  private final Settings settings;
  private final Card.Input input;
  private final Crops train;
  private final Crops validation;
  private final int labels;
  private final boolean[] coverable;
  private final ResidualNet net;
  private final ResidualNet average;
  private final Targets targets;
  private long steps;

  NetworkTraining(
      Settings settings, Card.Input input, Crops train, Crops validation, List<String> labels) {
    this.settings = settings;
    this.input = input;
    this.train = train;
    this.validation = validation;
    this.labels = labels.size();
    this.coverable = new boolean[this.labels];
    settings.coverable().forEach(l -> coverable[labels.indexOf(l)] = true);
    manual_seed(settings.seed());
    set_num_threads(threads());
    this.net = network();
    this.average = network();
    this.targets = new Targets(settings, train.labels(), this.labels);
  }

  /** Small steps are not worth spreading over cores, whose threads would spin while they wait. */
  private int threads() {
    long work = (long) batch() * settings.crop() * settings.crop() * settings.width();
    return work < WORTH_SPREADING ? 1 : Runtime.getRuntime().availableProcessors();
  }

  private ResidualNet network() {
    return new ResidualNet(
        new int[] {train.channels(), settings.size(), settings.size()},
        settings.view(),
        settings.width(),
        settings.dropout(),
        labels);
  }

  /**
   * Trains until the epochs are over, the validation loss has not fallen for long, or it is told to
   * stop; the best so far is what comes out.
   *
   * @param labels in the order of their indexes
   * @param checkpoint a folder in which the state is kept after each epoch, and found again
   * @throws IOException if the checkpoint cannot be read or written
   */
  static Trained run(
      Settings settings,
      Card.Input input,
      Crops train,
      Crops validation,
      List<String> labels,
      Path checkpoint,
      BooleanSupplier stop,
      Training.Progress progress)
      throws IOException, InterruptedException {
    try (PointerScope scope = new PointerScope()) {
      return new NetworkTraining(settings, input, train, validation, labels)
          .run(new Checkpoint(checkpoint), stop, progress);
    }
  }

  Trained run(Checkpoint checkpoint, BooleanSupplier stop, Training.Progress progress)
      throws IOException, InterruptedException {
    List<Epoch> history = new ArrayList<>();
    try (SGDOptions options = new SGDOptions(settings.rate());
        TensorVector parameters = net.parameters()) {
      options.momentum().put(MOMENTUM);
      options.nesterov().put(true);
      options.weight_decay().put(settings.decay());
      try (SGD optimizer = new SGD(parameters, options);
          Tensors any =
              new Tensors(
                  input, train.side(), settings.crop(), settings.augmentation().uncovered());
          Tensors covered =
              new Tensors(input, train.side(), settings.crop(), settings.augmentation())) {
        IntFunction<Tensors> tensors = label -> coverable[label] ? covered : any;
        copy(net, average, 0);
        Checkpoint.Kept kept = checkpoint.load(net, average, optimizer);
        byte[] best = kept == null ? new byte[0] : kept.best();
        if (kept != null) {
          history.addAll(kept.history());
          targets.past().restore(kept.recollection());
          steps = (long) history.size() * batchesAnEpoch();
        }
        while (history.size() < settings.epochs() && !tired(history)) {
          int number = history.size() + 1;
          double[] learnt = learn(number, tensors, optimizer, stop, progress);
          if (stop.getAsBoolean()) {
            break;
          }
          float[][] said = logits();
          Epoch epoch = Epoch.of(number, learnt[0], learnt[1], said, validation.labels());
          history.add(epoch);
          if (best(history).equals(epoch)) {
            best =
                average.onnx(
                    epoch.temperature(),
                    Offsets.fit(said, validation.labels(), epoch.temperature()));
          }
          progress.epoch(epoch);
          checkpoint.save(
              net, average, optimizer, new Checkpoint.Kept(best, targets.past().bytes(), history));
        }
        if (history.isEmpty()) {
          throw new StoppedException();
        }
        return new Trained(best, best(history), history);
      }
    }
  }

  private boolean tired(List<Epoch> history) {
    return !history.isEmpty() && history.size() - best(history).number() >= settings.patience();
  }

  private static Epoch best(List<Epoch> history) {
    Epoch best = history.get(0);
    for (Epoch epoch : history) {
      best = epoch.validationLoss() < best.validationLoss() ? epoch : best;
    }
    return best;
  }

  private int batchesAnEpoch() {
    return Math.max(1, train.size() / batch());
  }

  /** Few pictures make small batches, or there would be no steps to learn by. */
  private int batch() {
    return Math.min(settings.batch(), Math.max(FEWEST, train.size() / STEPS_AN_EPOCH));
  }

  /** One pass; gives loss and accuracy. */
  private double[] learn(
      int epoch,
      IntFunction<Tensors> tensors,
      SGD optimizer,
      BooleanSupplier stop,
      Training.Progress progress)
      throws InterruptedException {
    int[] order = shuffled(train.size(), settings.seed() * 31 + epoch);
    int all = batchesAnEpoch();
    manual_seed(seed(epoch, -1)); // So that a training that was stopped goes on as it would have.
    double loss = 0;
    double right = 0;
    net.train(true);
    ExecutorService ahead = Executors.newSingleThreadExecutor(r -> new Thread(r, "augment"));
    try {
      Future<float[]> next =
          ahead.submit(() -> values(tensors, train, part(order, 0), seed(epoch, 0)));
      for (int i = 0; i < all && !stop.getAsBoolean(); i++) {
        float[] values = next.get();
        int[] indexes = part(order, i);
        int following = i + 1;
        if (following < all) {
          next =
              ahead.submit(
                  () -> values(tensors, train, part(order, following), seed(epoch, following)));
        }
        double share = share(new SplittableRandom(seed(epoch, i)));
        double[] result =
            step(values, targets.of(indexes, share, done()), share, indexes, optimizer);
        loss += result[0];
        right += result[1];
        progress.step("epoch " + epoch, i + 1, all);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a batch could not be made: " + e.getCause(), e);
    } finally {
      ahead.shutdown();
    }
    return new double[] {loss / all, right / all / Math.min(batch(), train.size())};
  }

  /** The numbers of those crops, N×C×H×W, each varied in its own way. */
  private static float[] values(
      IntFunction<Tensors> tensors, Crops crops, int[] indexes, long seed) {
    int[] labels = crops.labels();
    int floats = tensors.apply(0).floats();
    float[] values = new float[indexes.length * floats];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < indexes.length; i++) {
      tensors
          .apply(labels[indexes[i]])
          .write(crops.pixels(indexes[i]), random.split(), values, i * floats);
    }
    return values;
  }

  private int[] part(int[] order, int batch) {
    int from = batch * batch();
    return Arrays.copyOfRange(order, from, Math.min(order.length, from + batch()));
  }

  private long seed(int epoch, int batch) {
    return (settings.seed() * 1_000_003 + epoch) * 1_000_003 + batch;
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

  private double[] step(
      float[] values, float[] wanted, double share, int[] indexes, SGD optimizer) {
    int size = settings.crop();
    try (PointerScope scope = new PointerScope()) {
      Tensor x =
          from_blob(new FloatPointer(values), indexes.length, train.channels(), size, size)
              .contiguous(MemoryFormat.ChannelsLast);
      if (share < 1) {
        x = x.mul(new Scalar((float) share)).add(x.flip(0), new Scalar((float) (1 - share)));
      }
      Tensor truth = from_blob(new FloatPointer(wanted), indexes.length, labels);
      for (long i = 0; i < optimizer.param_groups().size(); i++) {
        optimizer.param_groups().get(i).options().set_lr(rate());
      }
      optimizer.zero_grad();
      Tensor logits = forward(net, x);
      Tensor loss = logits.log_softmax(1).mul(truth).sum().mul(new Scalar(-1.0f / indexes.length));
      loss.backward();
      optimizer.step();
      steps++;
      copy(net, average, Math.min(1 - 1 / AVERAGE_STEPS, (steps + 1.0) / (steps + 10)));
      float[] said = new float[indexes.length * labels];
      logits.detach().contiguous().data_ptr_float().get(said);
      for (int i = 0; i < indexes.length; i++) {
        targets.past().add(indexes[i], said, i);
      }
      double right =
          truth
              .argmax(new LongOptional(1), false)
              .eq(logits.argmax(new LongOptional(1), false))
              .sum()
              .item_long();
      return new double[] {loss.item_float(), right};
    }
  }

  /** The share of the whole training that is behind, 0..1. */
  private double done() {
    return steps / ((double) batchesAnEpoch() * settings.epochs());
  }

  private double rate() {
    double done = done();
    return settings.rate()
        * (done < WARMUP
            ? (done + 0.001) / WARMUP
            : 0.5 * (1 + Math.cos(Math.PI * (done - WARMUP) / (1 - WARMUP))));
  }

  /** Forward in 16 bits where the processor has them: half the time, the same result. */
  private static Tensor forward(ResidualNet net, Tensor x) {
    if (!Processor.multipliesBfloat16()) {
      return net.forward(x);
    }
    // A cached copy of a weight would not notice that the weight has changed.
    set_autocast_cache_enabled(false);
    set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
    set_autocast_enabled(DeviceType.CPU, true);
    try {
      return net.forward(x).to(ScalarType.Float);
    } finally {
      set_autocast_enabled(DeviceType.CPU, false);
    }
  }

  /** Moves the state of one network towards another's: {@code to = keep * to + (1-keep) * from}. */
  private static void copy(ResidualNet from, ResidualNet to, double keep) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      blend(from.parameters(), to.parameters(), keep);
      blend(from.buffers(), to.buffers(), keep);
    }
  }

  private static void blend(TensorVector from, TensorVector to, double keep) {
    for (long i = 0; i < from.size(); i++) {
      Tensor target = to.get(i);
      if (keep == 0 || !target.is_floating_point()) {
        target.copy_(from.get(i));
      } else {
        target.mul_(new Scalar((float) keep)).add_(from.get(i), new Scalar((float) (1 - keep)));
      }
    }
  }

  /** What the average says of the validation. */
  float[][] logits() {
    float[][] logits = new float[validation.size()][];
    average.eval();
    try (Tensors tensors =
            new Tensors(input, validation.side(), settings.size(), Augmentation.NONE);
        NoGradGuard guard = new NoGradGuard()) {
      for (int from = 0; from < logits.length; from += VALIDATION_BATCH) {
        int[] indexes =
            IntStream.range(from, Math.min(logits.length, from + VALIDATION_BATCH)).toArray();
        float[] values = values(label -> tensors, validation, indexes, 0);
        try (PointerScope scope = new PointerScope()) {
          Tensor x =
              from_blob(
                  new FloatPointer(values),
                  indexes.length,
                  train.channels(),
                  settings.size(),
                  settings.size());
          float[] rows = new float[indexes.length * labels];
          average.answer(x.contiguous(MemoryFormat.ChannelsLast)).data_ptr_float().get(rows);
          for (int i = 0; i < indexes.length; i++) {
            logits[from + i] = Arrays.copyOfRange(rows, i * labels, (i + 1) * labels);
          }
        }
      }
    }
    return logits;
  }
}
