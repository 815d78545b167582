package dev.mien.teach;

import static org.bytedeco.pytorch.global.torch.from_blob;
import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.set_autocast_cache_enabled;
import static org.bytedeco.pytorch.global.torch.set_autocast_dtype;
import static org.bytedeco.pytorch.global.torch.set_autocast_enabled;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import dev.mien.dataset.Augmentation;
import dev.mien.model.Card;
import dev.mien.onnx.Processor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
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
 * give way to a {@link TemporalEnsemble}, and a running average of the weights, which is what is
 * kept.
 */
@SuppressWarnings("try") // Scopes and guards work by being open.
final class NetworkTraining {
  private static final double MOMENTUM = 0.9;
  private static final double WARMUP = 0.1;
  private static final int VALIDATION_BATCH = 128;
  private static final long WORTH_SPREADING = 1_000_000;

  /** The average looks back over about so many steps, fewer at the start. */
  private static final double AVERAGE_STEPS = 1000;

  /** Nor over more than this share of the whole training. */
  private static final double AVERAGE_SHARE = 0.04;

  private final Hyperparameters settings;
  private final Card.Input input;
  private final Crops train;
  private final Crops validation;
  private final List<String> labels;
  private final ResidualNet net;
  private final ResidualNet average;
  private final Targets targets;
  private long steps;

  NetworkTraining(
      Hyperparameters settings,
      Card.Input input,
      Crops train,
      Crops validation,
      List<String> labels) {
    this.settings = settings;
    this.input = input;
    this.train = train;
    this.validation = validation;
    this.labels = labels;
    manual_seed(settings.seed());
    set_num_threads(threads());
    this.net = network();
    this.average = network();
    this.targets = new Targets(settings, train.shares(labels.size()), labels.size());
  }

  /** Small steps are not worth spreading over cores, whose threads would spin while they wait. */
  private int threads() {
    int batch = Batches.size(settings, train.size());
    long work = (long) batch * settings.crop() * settings.crop() * settings.width();
    return work < WORTH_SPREADING ? 1 : Runtime.getRuntime().availableProcessors();
  }

  private ResidualNet network() {
    return new ResidualNet(
        new int[] {train.channels(), settings.size(), settings.size()},
        settings.view(),
        settings.width(),
        settings.dropout(),
        labels.size());
  }

  /**
   * Trains until the epochs are over, the validation loss has not fallen for long, or it is told to
   * stop; the best so far is what comes out.
   *
   * @param labels in the order of their indexes
   * @param checkpoint keeps the state after each epoch, and gives it back
   * @throws IOException if the checkpoint cannot be read or written
   */
  static Trained run(
      Hyperparameters settings,
      Card.Input input,
      Crops train,
      Crops validation,
      List<String> labels,
      Checkpoint checkpoint,
      BooleanSupplier stop,
      Training.Progress progress)
      throws IOException {
    try (PointerScope scope = new PointerScope()) {
      return new NetworkTraining(settings, input, train, validation, labels)
          .run(checkpoint, stop, progress);
    }
  }

  Trained run(Checkpoint checkpoint, BooleanSupplier stop, Training.Progress progress)
      throws IOException {
    List<Epoch> history = new ArrayList<>();
    try (SGDOptions options = new SGDOptions(settings.rate());
        TensorVector parameters = net.parameters()) {
      options.momentum().put(MOMENTUM);
      options.nesterov().put(true);
      options.weight_decay().put(settings.decay());
      try (SGD optimizer = new SGD(parameters, options);
          Batches batches = new Batches(settings, input, train, labels)) {
        copy(net, average, 0);
        Checkpoint.Kept kept = checkpoint.load(net, average, optimizer);
        byte[] best = kept == null ? new byte[0] : kept.best();
        if (kept != null) {
          history.addAll(kept.history());
          progress.note(
              "goes on after epoch %d of %d".formatted(history.size(), settings.epochs()));
          targets.past().restore(kept.recollection());
          steps = (long) history.size() * stepsAnEpoch();
        }
        while (history.size() < settings.epochs() && !tired(history)) {
          int number = history.size() + 1;
          double[] learnt = learn(number, batches, optimizer, stop, progress);
          if (stop.getAsBoolean()) {
            break;
          }
          float[][] said = logits(true);
          float[][] shares = validation.shares(labels.size());
          Epoch epoch = Epoch.of(number, learnt[0], learnt[1], said, shares);
          history.add(epoch);
          if (best(history).equals(epoch)) {
            best =
                average.onnx(epoch.temperature(), Offsets.fit(said, shares, epoch.temperature()));
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

  private int stepsAnEpoch() {
    return Batches.perPass(settings, train.size());
  }

  /** One pass; gives loss and accuracy. */
  private double[] learn(
      int epoch, Batches batches, SGD optimizer, BooleanSupplier stop, Training.Progress progress) {
    int all = stepsAnEpoch();
    // So that what was stopped goes on as it would have.
    manual_seed(Batches.seed(settings, epoch, -1));
    double loss = 0;
    double right = 0;
    net.train(true);
    batches.begin(epoch);
    for (int i = 0; i < all && !stop.getAsBoolean(); i++) {
      double[] result = step(batches.next(), optimizer);
      loss += result[0];
      right += result[1];
      progress.step("epoch " + epoch, i + 1, all);
    }
    return new double[] {loss / all, right / all / Batches.size(settings, train.size())};
  }

  private double[] step(Batches.Batch batch, SGD optimizer) {
    int size = settings.crop();
    int pictures = batch.pictures().length;
    float share = (float) batch.share();
    float[] wanted = targets.of(batch.pictures(), batch.share(), done());
    try (PointerScope scope = new PointerScope()) {
      Tensor plain =
          from_blob(new FloatPointer(batch.values()), pictures, train.channels(), size, size)
              .contiguous(MemoryFormat.ChannelsLast);
      Tensor x =
          share < 1
              ? plain.mul(new Scalar(share)).add(plain.flip(0), new Scalar(1 - share))
              : plain;
      Tensor truth = from_blob(new FloatPointer(wanted), pictures, labels.size());
      for (long i = 0; i < optimizer.param_groups().size(); i++) {
        optimizer.param_groups().get(i).options().set_lr(rate());
      }
      optimizer.zero_grad();
      Tensor logits = in16Bits(() -> net.forward(x));
      Tensor loss = logits.log_softmax(1).mul(truth).sum().mul(new Scalar(-1.0f / pictures));
      loss.backward();
      optimizer.step();
      steps++;
      copy(net, average, Math.min(1 - 1 / averaged(), (steps + 1.0) / (steps + 10)));
      float[] said = new float[pictures * labels.size()];
      logits.detach().contiguous().data_ptr_float().get(said);
      for (int i = 0; i < pictures; i++) {
        targets.past().add(batch.pictures()[i], said, i);
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

  private double averaged() {
    return Math.max(
        10, Math.min(AVERAGE_STEPS, AVERAGE_SHARE * stepsAnEpoch() * settings.epochs()));
  }

  /** The share of the whole training that is behind, 0..1. */
  private double done() {
    return steps / ((double) stepsAnEpoch() * settings.epochs());
  }

  private double rate() {
    double done = done();
    return settings.rate()
        * (done < WARMUP
            ? (done + 0.001) / WARMUP
            : 0.5 * (1 + Math.cos(Math.PI * (done - WARMUP) / (1 - WARMUP))));
  }

  /** Forward in 16 bits where the processor has them: half the time, the same result. */
  private static Tensor in16Bits(Supplier<Tensor> answer) {
    if (!Processor.multipliesBfloat16()) {
      return answer.get();
    }
    // A cached copy of a weight would not notice that the weight has changed.
    set_autocast_cache_enabled(false);
    set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
    set_autocast_enabled(DeviceType.CPU, true);
    try {
      return answer.get().to(ScalarType.Float);
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

  /**
   * What the average says of the validation.
   *
   * @param quick in 16 bits where the processor has them
   */
  float[][] logits(boolean quick) {
    float[][] logits = new float[validation.size()][];
    average.eval();
    try (Tensors tensors =
            new Tensors(input, validation.side(), settings.size(), Augmentation.NONE);
        NoGradGuard guard = new NoGradGuard()) {
      int size = settings.size();
      SplittableRandom unused = new SplittableRandom(0);
      for (int from = 0; from < logits.length; from += VALIDATION_BATCH) {
        int pictures = Math.min(logits.length - from, VALIDATION_BATCH);
        float[] values = new float[pictures * tensors.floats()];
        for (int i = 0; i < pictures; i++) {
          tensors.write(validation.pixels(from + i), unused, values, i * tensors.floats());
        }
        try (PointerScope scope = new PointerScope()) {
          Tensor x =
              from_blob(new FloatPointer(values), pictures, train.channels(), size, size)
                  .contiguous(MemoryFormat.ChannelsLast);
          float[] rows = new float[pictures * labels.size()];
          (quick ? in16Bits(() -> average.answer(x)) : average.answer(x))
              .contiguous()
              .data_ptr_float()
              .get(rows);
          for (int i = 0; i < pictures; i++) {
            logits[from + i] = Arrays.copyOfRange(rows, i * labels.size(), (i + 1) * labels.size());
          }
        }
      }
    }
    return logits;
  }
}
