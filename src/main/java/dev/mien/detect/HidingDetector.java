package dev.mien.detect;

import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.model.Model;
import dev.mien.onnx.Device;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Finds what has to be hidden: every place that may be a face, the small, turned and faint ones
 * too. It costs many times what a {@link Detector} does, and errs on the side of too much.
 *
 * <p>YuNet looks at the whole resolution, in tiles, and at the picture turned by 90, 180 and 270
 * degrees. Small faces score low: of 43 faces of five clips, scaled to 20 pixels of height, 62 %
 * reach 0.3, but all reach 0.03, and 98 % at 16 pixels. So whatever scores 0.03 is enlarged to 40
 * pixels and looked at once more, where all but dark and blurred ones reach 0.4.
 *
 * <p>From any thread; all callers share its threads.
 */
public final class HidingDetector implements AutoCloseable {
  /** A face for sure, as far as hiding goes: 98 % of upright faces of 40 pixels score 0.5. */
  static final double SURE = 0.4;

  /** What is small in a look and scores less than sure may be a face nevertheless. */
  private static final double SMALL = 40;

  /** More doubtful places than this are hidden without a second look. */
  private static final int MOST_DOUBTFUL = 2000;

  private final List<YuNetRun> all;
  private final BlockingQueue<YuNetRun> free;
  private final ExecutorService threads;

  private HidingDetector(List<YuNetRun> runs) {
    all = List.copyOf(runs);
    free = new ArrayBlockingQueue<>(all.size(), false, all);
    AtomicInteger number = new AtomicInteger();
    threads =
        Executors.newFixedThreadPool(
            all.size(),
            task -> {
              Thread thread = new Thread(task, "mien-hide-" + number.getAndIncrement());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Opens a network for each of its threads.
   *
   * @param model a YuNet
   * @param count of threads, at least 1
   * @throws IOException if the model cannot be read, or not by this engine or on this device
   */
  public static HidingDetector open(Model model, DetectorEngine engine, Device device, int count)
      throws IOException {
    List<YuNetRun> runs = new ArrayList<>();
    try {
      byte[] network = model.read(Model.NETWORK);
      for (int i = 0; i < count; i++) {
        runs.add(YuNetDetector.run(model.name(), network, engine, device));
      }
    } catch (IOException | RuntimeException e) {
      runs.forEach(YuNetRun::close);
      throw e;
    }
    return new HidingDetector(runs);
  }

  /**
   * The places of a frame that may be faces, clipped to it; some of them twice.
   *
   * @throws IllegalStateException if that cannot be told: the network failed, or the thread was
   *     interrupted
   */
  public List<Box> find(Frame frame) {
    try (HidingLooks looks = new HidingLooks(frame.image())) {
      List<Suspect> sure = new ArrayList<>();
      List<Suspect> doubtful = new ArrayList<>();
      inParallel(looks.all()).forEach(s -> sort(s, sure, doubtful));
      List<Suspect> kept = distinct(sure);
      doubtful.removeIf(d -> kept.stream().anyMatch(s -> s.covers(d)));
      List<Suspect> rest = distinct(doubtful);
      if (rest.size() > MOST_DOUBTFUL) {
        kept.addAll(rest.subList(MOST_DOUBTFUL, rest.size()));
        rest = rest.subList(0, MOST_DOUBTFUL);
      }
      List<Function<YuNetRun, List<Suspect>>> closer = new ArrayList<>();
      rest.forEach(s -> closer.add(run -> looks.closer(run, s)));
      inParallel(closer).forEach(kept::addAll);
      return kept.stream().map(s -> s.box().clip(frame.size())).filter(b -> b.area() > 0).toList();
    }
  }

  private static void sort(List<Suspect> found, List<Suspect> sure, List<Suspect> doubtful) {
    for (Suspect suspect : found) {
      if (suspect.score() >= SURE) {
        sure.add(suspect);
      } else if (suspect.side() <= SMALL) {
        doubtful.add(suspect);
      }
    }
  }

  /** The most confident of those that cover each other. */
  private static List<Suspect> distinct(List<Suspect> all) {
    List<Suspect> kept = new ArrayList<>();
    all.stream()
        .sorted(Comparator.comparingDouble(Suspect::score).reversed())
        .filter(s -> kept.stream().noneMatch(k -> k.covers(s)))
        .forEach(kept::add);
    return kept;
  }

  private List<List<Suspect>> inParallel(List<Function<YuNetRun, List<Suspect>>> looks) {
    List<Callable<List<Suspect>>> tasks = new ArrayList<>();
    looks.forEach(look -> tasks.add(() -> lent(look)));
    try {
      List<List<Suspect>> found = new ArrayList<>();
      for (Future<List<Suspect>> future : threads.invokeAll(tasks)) {
        found.add(future.get());
      }
      return found;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while faces to hide were looked for", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "faces to hide cannot be looked for: "
              + Objects.requireNonNull(e.getCause()).getMessage(),
          e);
    }
  }

  private List<Suspect> lent(Function<YuNetRun, List<Suspect>> look) throws InterruptedException {
    YuNetRun run = free.take();
    try {
      return look.apply(run);
    } finally {
      free.add(run);
    }
  }

  /** Nobody may be looking any more. */
  @Override
  public void close() {
    threads.shutdown();
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        threads.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    all.forEach(YuNetRun::close);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
