package dev.mien.service;

import dev.mien.config.Settings;
import dev.mien.config.Settings.Camera;
import dev.mien.pipeline.Pipeline;
import dev.mien.pipeline.Stats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the cameras of a configuration, each on a thread of its own, until all have ended or it is
 * stopped. From any thread.
 */
public final class Service {
  private static final Logger log = LoggerFactory.getLogger(Service.class);

  /** Builds what a camera needs, its sinks opened, its source not yet connected. */
  @FunctionalInterface
  public interface Opener {
    Pipeline open(Camera camera) throws IOException;
  }

  /** A camera on its way. */
  private static final class Running {
    private final Camera camera;
    private final Pipeline pipeline;
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    Running(Camera camera, Pipeline pipeline) {
      this.camera = camera;
      this.pipeline = pipeline;
      thread = new Thread(this::run, "camera-" + camera.name());
      thread.start();
    }

    private void run() {
      try {
        Stats stats = pipeline.run();
        failure = stats.trouble().orElse(null);
        log.info("{}: {}", camera.name(), account(stats));
      } catch (RuntimeException | Error e) {
        failure = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Throwable why = failure;
      if (why != null) {
        log.error("{}: ended: {}", camera.name(), why.getMessage());
        log.debug("{} failed", camera.name(), why);
      }
    }

    private static String account(Stats stats) {
      StringBuilder text = new StringBuilder();
      text.append(stats.observed()).append(" frames observed, ").append(stats.dropped());
      text.append(" dropped");
      for (Stats.Output output : stats.outputs()) {
        text.append("; %d in %s".formatted(output.written(), output.name()));
        if (output.lost() > 0) {
          text.append(", %d lost".formatted(output.lost()));
        }
      }
      return text.toString();
    }

    void end() throws InterruptedException {
      pipeline.stop();
      thread.join();
    }
  }

  private final Map<String, Running> running = new LinkedHashMap<>();

  /** Who runs, for those who ask while cameras are ended and opened: the watchdog among them. */
  private volatile List<Running> shown = List.of();

  private Opener opener;
  private boolean stopped;

  /** Why a camera could not go on after a change that was refused. */
  private @Nullable Throwable lost;

  public Service(Opener opener) {
    this.opener = opener;
  }

  /**
   * Runs what the settings say from now on. A camera that runs as they say goes on and loses no
   * frame; the others are ended, with everything written, and opened anew.
   *
   * @throws IOException if a camera cannot be opened; all is then as it was before, but for what
   *     cannot be opened again, which is suppressed in it
   */
  public void apply(Settings settings) throws IOException, InterruptedException {
    apply(settings, opener, false);
  }

  /**
   * The same with other parts, so that every camera is opened anew.
   *
   * @param other builds cameras from now on; if it fails, the one before does
   */
  public void apply(Settings settings, Opener other) throws IOException, InterruptedException {
    apply(settings, other, true);
  }

  private synchronized void apply(Settings settings, Opener with, boolean all)
      throws IOException, InterruptedException {
    if (stopped) {
      return;
    }
    List<Camera> before = new ArrayList<>();
    List<Running> over = new ArrayList<>();
    for (Running one : List.copyOf(running.values())) {
      Camera camera = one.camera;
      if (!one.thread.isAlive()) {
        over.add(one);
      } else if (all || !camera.equals(settings.cameras().get(camera.name()))) {
        one.end();
        before.add(camera);
      } else {
        continue;
      }
      running.remove(camera.name());
    }
    shown = List.copyOf(running.values());
    List<Camera> fresh =
        settings.cameras().values().stream().filter(c -> !running.containsKey(c.name())).toList();
    try {
      start(fresh, with);
      opener = with;
      lost = null;
      log.info("{} cameras run: {}", running.size(), String.join(", ", running.keySet()));
    } catch (IOException | RuntimeException e) {
      over.forEach(one -> running.put(one.camera.name(), one));
      restore(before, e);
      throw e;
    } finally {
      shown = List.copyOf(running.values());
    }
  }

  /** As many as can be opened again. */
  private void restore(List<Camera> cameras, Exception why) {
    for (Camera camera : cameras) {
      try {
        start(List.of(camera), opener);
      } catch (IOException | RuntimeException e) {
        log.error("{}: ended, for it cannot be opened again: {}", camera.name(), e.getMessage());
        why.addSuppressed(e);
        lost = e;
      }
    }
  }

  /** All or none. */
  private void start(List<Camera> cameras, Opener with) throws IOException {
    Map<Camera, Pipeline> opened = new LinkedHashMap<>();
    try {
      for (Camera camera : cameras) {
        opened.put(camera, with.open(camera));
      }
    } catch (IOException | RuntimeException e) {
      opened.values().forEach(Pipeline::discard);
      throw e;
    }
    opened.forEach((camera, pipeline) -> running.put(camera.name(), new Running(camera, pipeline)));
  }

  /** How the cameras are, in the order of the configuration; waits for nothing. */
  public List<Stats> stats() {
    return shown.stream().map(one -> one.pipeline.stats()).toList();
  }

  /** Ends all cameras as the end of their streams would; returns at once. */
  public synchronized void stop() {
    stopped = true;
    running.values().forEach(one -> one.pipeline.stop());
  }

  /**
   * Waits until all cameras have ended, with everything written.
   *
   * @return why the first of them ended that did so before its time
   */
  public @Nullable Throwable await() throws InterruptedException {
    while (true) {
      List<Running> all;
      synchronized (this) {
        all = List.copyOf(running.values());
      }
      for (Running one : all) {
        one.thread.join();
      }
      synchronized (this) {
        if (running.values().stream().noneMatch(one -> one.thread.isAlive())) {
          return running.values().stream()
              .map(one -> one.failure)
              .filter(java.util.Objects::nonNull)
              .findFirst()
              .orElse(lost);
        }
      }
    }
  }
}
