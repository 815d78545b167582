package dev.mien.service;

import dev.mien.pipeline.Health;
import dev.mien.pipeline.Stats;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the service is, as sd_notify(3) says; where systemd did not start it, nothing.
 *
 * <p>It is ready with the first observation, or when the declared wait for one is over. The
 * watchdog is fed as long as no frame is stuck, so a frozen pipeline ends in a restart; a camera
 * that is away does not.
 */
public final class Notifier implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Notifier.class);
  private static final long LOOK_MILLIS = 100;
  private static final long MOST_MILLIS = 5_000;

  private final @Nullable Datagrams systemd;
  private final Supplier<List<Stats>> stats;
  private final ScheduledExecutorService timer;
  private List<Stats> before = List.of();
  private final boolean watched;
  private boolean ready;
  private boolean stopping;

  /**
   * Starts to tell.
   *
   * @param environment with {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID}
   *     where systemd started this program
   * @param stats how the cameras are now
   * @param wait after this it is ready even if no camera has given a frame
   */
  public static Notifier open(
      Map<String, String> environment, Supplier<List<Stats>> stats, Duration wait) {
    return new Notifier(environment, stats, wait);
  }

  private Notifier(Map<String, String> environment, Supplier<List<Stats>> stats, Duration wait) {
    this.stats = stats;
    systemd = systemd(environment.getOrDefault("NOTIFY_SOCKET", ""));
    long watchdog = watchdogMillis(environment);
    watched = watchdog > 0;
    timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "mien-notify");
              thread.setDaemon(true);
              return thread;
            });
    if (systemd != null) {
      long beat = watched ? Math.max(1, Math.min(MOST_MILLIS, watchdog / 3)) : MOST_MILLIS;
      every(LOOK_MILLIS, this::look);
      every(beat, this::beat);
      var unused = timer.schedule(this::beReady, wait.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void every(long millis, Runnable task) {
    var unused = timer.scheduleWithFixedDelay(task, 0, millis, TimeUnit.MILLISECONDS);
  }

  private static @Nullable Datagrams systemd(String socket) {
    if (socket.isEmpty()) {
      return null;
    }
    try {
      return new Datagrams(socket);
    } catch (IOException | IllegalArgumentException e) {
      log.warn("NOTIFY_SOCKET: {}; systemd is told nothing", e.getMessage());
      return null;
    }
  }

  /** 0 where nobody watches, or where another process is watched. */
  private static long watchdogMillis(Map<String, String> environment) {
    String pid = environment.get("WATCHDOG_PID");
    String micros = environment.getOrDefault("WATCHDOG_USEC", "0");
    boolean ours = pid == null || pid.equals(Long.toString(ProcessHandle.current().pid()));
    return ours && micros.matches("\\d{1,15}") ? Long.parseLong(micros) / 1_000 : 0;
  }

  private synchronized void look() {
    if (!ready && Health.of(stats.get(), false).ready()) {
      beReady();
      beat();
    }
  }

  private synchronized void beReady() {
    if (!ready && !stopping) {
      ready = true;
      tell("READY=1");
    }
  }

  private synchronized void beat() {
    List<Stats> now = stats.get();
    Health health = Health.of(now, stopping);
    tell("STATUS=" + text(health, framesPerSecond(before, now)));
    before = now;
    if (watched && health.alive()) {
      tell("WATCHDOG=1");
    }
  }

  /** Of all cameras together, since an earlier look; a camera that began anew counts from there. */
  private static double framesPerSecond(List<Stats> before, List<Stats> now) {
    Map<String, Stats> earlier =
        before.stream().collect(Collectors.toMap(Stats::source, s -> s, (a, b) -> b));
    double sum = 0;
    for (Stats one : now) {
      Stats old = earlier.get(one.source());
      boolean same = old != null && old.nanos() < one.nanos() && old.observed() <= one.observed();
      long frames = one.observed() - (same && old != null ? old.observed() : 0);
      long nanos = one.nanos() - (same && old != null ? old.nanos() : 0);
      sum += one.finished() || nanos <= 0 ? 0 : frames * 1e9 / nanos;
    }
    return sum;
  }

  private static String text(Health health, double framesPerSecond) {
    String trouble =
        health.sources().stream()
            .filter(s -> !s.why().isEmpty())
            .map(s -> "; %s is %s: %s".formatted(s.name(), s.condition(), s.why()))
            .collect(Collectors.joining());
    return String.format(
            Locale.ROOT,
            "%s: %d of %d cameras, %.1f fps",
            health.state(),
            health.giving(),
            health.sources().size(),
            framesPerSecond)
        + trouble.replaceAll("\\p{Cntrl}", " ");
  }

  /** The configuration is read anew; to be followed by {@link #reloaded}. */
  public synchronized void reloading() {
    if (ready && !stopping) {
      tell("RELOADING=1");
    }
  }

  /** What is to run now runs, or all is as it was before. */
  public synchronized void reloaded() {
    if (ready && !stopping) {
      tell("READY=1");
    }
  }

  /** It was asked to end; what is under way is still written. */
  public synchronized void stopping() {
    if (!stopping) {
      stopping = true;
      tell("STOPPING=1");
    }
  }

  private void tell(String text) {
    if (systemd == null) {
      return;
    }
    try {
      systemd.send(text);
    } catch (IOException e) {
      log.warn("systemd does not listen: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    stopping();
    timer.shutdown();
    try {
      // What the timer has in hand would write to a socket that may be another one's by then.
      if (!timer.awaitTermination(MOST_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (systemd != null) {
      systemd.close();
    }
  }
}
