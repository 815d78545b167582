package dev.mien.command;

import dev.mien.pipeline.Durations;
import dev.mien.pipeline.Stage;
import dev.mien.pipeline.Stats;
import dev.mien.source.Looped;
import dev.mien.source.Pace;
import dev.mien.source.Paced;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One recording as many cameras of one service, in real time. */
final class CameraBench {
  private final Run run;
  private final SourceAddress address;
  private final int cameras;

  CameraBench(Run run, SourceAddress address, int cameras) {
    this.run = run;
    this.address = address;
    this.cameras = cameras;
  }

  List<Stats> run() throws IOException, InterruptedException {
    List<Callable<Stats>> each = new ArrayList<>();
    for (int i = 1; i <= cameras; i++) {
      Source looped = new Looped(address, "camera-" + i);
      Source source = looped.pace() == Pace.LIVE ? looped : new Paced(looped);
      each.add(() -> run.run(source, List.of()));
    }
    ExecutorService threads = Executors.newFixedThreadPool(cameras);
    try {
      List<Stats> all = new ArrayList<>();
      Duration before = used();
      long start = System.nanoTime();
      for (Future<Stats> one : threads.invokeAll(each)) {
        all.add(one.get());
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "%d cameras for %.0f s, %.2f of %d cores used%n",
          cameras,
          seconds,
          used().minus(before).toNanos() / 1e9 / seconds,
          Runtime.getRuntime().availableProcessors());
      return all;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdown();
    }
  }

  /** What this process has had of the processors. */
  private static Duration used() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  static void tell(List<Stats> all) {
    for (Stats stats : all) {
      Durations ages = stats.ages();
      Durations looks = stats.stages().getOrDefault(Stage.DETECT, Durations.NONE);
      System.out.printf(
          Locale.ROOT,
          "  %-10s %5.1f frames a second of %.1f, %d dropped; age p50 %.0f ms, p99 %.0f ms;"
              + " %.1f ms a look; %s%n",
          stats.source(),
          stats.framesPerSecond(),
          stats.read() * 1e9 / stats.nanos(),
          stats.dropped(),
          ages.quantile(0.5) / 1e6,
          ages.quantile(0.99) / 1e6,
          looks.sum() / 1e6 / Math.max(1, looks.count()),
          stats.effort());
    }
  }
}
