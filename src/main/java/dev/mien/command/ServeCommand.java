package dev.mien.command;

import dev.mien.config.Settings;
import dev.mien.pipeline.Pipeline;
import dev.mien.rtsp.RtspServers;
import dev.mien.service.Notifier;
import dev.mien.service.Service;
import dev.mien.session.Session;
import dev.mien.session.Setup;
import dev.mien.session.Wishes;
import dev.mien.sink.Controls;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.Looped;
import dev.mien.source.Pace;
import dev.mien.source.Paced;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import dev.mien.web.Devices;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The service: all cameras of a configuration, for months. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Runs all cameras of a configuration, and connects again to those that are away. SIGHUP"
            + " applies what changed in the file; SIGTERM and Ctrl-C end it with everything"
            + " written.")
final class ServeCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(ServeCommand.class);

  @Parameters(paramLabel = "CONFIG", description = "The configuration: config/mien.yaml is one.")
  Path file;

  @Option(names = "--check", description = "Say what would run, and run nothing.")
  boolean check;

  @Option(
      names = "--ready-after",
      paramLabel = "SECONDS",
      defaultValue = "20",
      description =
          "Tell systemd after so many seconds that the service is ready, even if no camera has"
              + " given a frame (default: 20).")
  int readyAfter;

  private final WebPages pages = new WebPages();
  private final RtspServers rtsp = new RtspServers(System.getenv());

  @Override
  public Integer call() throws IOException, InterruptedException {
    Settings settings = Settings.read(file, System.getenv());
    if (check) {
      try (Session session = session(settings)) {
        for (Settings.Camera camera : settings.cameras().values()) {
          session.open(camera.wishes());
        }
        System.out.print(text(settings, session));
        return Status.DONE;
      }
    }
    Served served = new Served(settings, session(settings));
    try (Notifier systemd =
        Notifier.open(
            System.getenv(), served.service::stats, Duration.ofSeconds(Math.max(0, readyAfter)))) {
      pages.tell(served.service::stats, () -> served.stopping, served::devices);
      Signals signals =
          new Signals(
              () -> {
                systemd.stopping();
                served.stop();
              });
      signals.onHangUp(
          () -> {
            systemd.reloading();
            served.reload();
            systemd.reloaded();
          });
      served.service.apply(settings);
      Throwable failure = served.service.await();
      return signals.status(failure == null ? Status.DONE : Status.of(failure));
    } finally {
      served.close();
    }
  }

  /** What runs now: the service, its settings, and the session that goes with them. */
  private final class Served implements AutoCloseable {
    private final Service service;
    private volatile Settings settings;
    private volatile Session session;
    private volatile boolean stopping;

    Served(Settings settings, Session session) {
      this.settings = settings;
      this.session = session;
      service = new Service(camera -> open(camera, session));
    }

    void stop() {
      stopping = true;
      service.stop();
    }

    Devices devices() {
      return new Devices(settings.device(), session.device(), session.engine(), session.batches());
    }

    /** All or nothing: if anything of the file is wrong, all goes on as it was. */
    synchronized void reload() {
      try {
        Settings next = Settings.read(file, System.getenv());
        if (next.device().equals(settings.device()) && next.engine().equals(settings.engine())) {
          service.apply(next);
        } else {
          replace(next);
        }
        settings = next;
        tidy();
        pages.tidy();
        log.info("{} applied", file);
      } catch (IOException | RuntimeException e) {
        boolean whole = e.getSuppressed().length == 0;
        pages.tidy();
        log.error(
            "{}; {}",
            e.getMessage(),
            whole ? "all goes on as before" : "what goes on is only what could be opened again");
        log.debug("not applied", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void replace(Settings next) throws IOException, InterruptedException {
      Session other = session(next);
      try {
        service.apply(next, camera -> open(camera, other));
      } catch (IOException | RuntimeException e) {
        other.close();
        throw e;
      }
      session.close();
      session = other;
    }

    /** Models that no camera uses any more are closed. */
    private void tidy() throws IOException {
      List<Setup> used = new ArrayList<>();
      for (Settings.Camera camera : settings.cameras().values()) {
        used.add(session.open(camera.wishes()));
      }
      session.keepOnly(used);
    }

    @Override
    public synchronized void close() {
      session.close();
      pages.close();
    }
  }

  private static Session session(Settings settings) throws IOException {
    return new Session(Trial::find, settings.device(), settings.engine());
  }

  private Pipeline open(Settings.Camera camera, Session session) throws IOException {
    Setup setup = session.open(camera.wishes());
    List<Sink> sinks = new ArrayList<>();
    Outputs outputs = new Outputs(Controls.NONE, pages, rtsp, true, camera.recording());
    try {
      for (SinkAddress address : camera.to()) {
        sinks.add(
            Flag.open(
                "cameras." + camera.name() + ".to",
                () -> outputs.open(Outputs.refuseInput(camera.source(), address), camera.name())));
      }
      Source source = source(camera);
      pages.opened(camera.name(), source);
      outputs.opened(camera.name(), source);
      return session.pipeline(source, setup).sinks(sinks).maxAge(camera.maxAge()).build();
    } catch (IOException | RuntimeException e) {
      sinks.forEach(Sink::close);
      throw e;
    }
  }

  /** What is away is waited for; a recording is played in real time. */
  private static Source source(Settings.Camera camera) throws IOException {
    boolean live =
        camera.source() instanceof SourceAddress.Camera
            || camera.source() instanceof SourceAddress.Network;
    Source source =
        camera.loop() && !live
            ? new Looped(camera.source(), camera.name())
            : camera.source().openPatiently(camera.name());
    return source.pace() == Pace.LIVE ? source : new Paced(source);
  }

  private static String text(Settings settings, Session session) {
    StringBuilder text = new StringBuilder();
    line(text, "device", session.device() + " (asked for: " + settings.device() + ")");
    for (Settings.Camera camera : settings.cameras().values()) {
      Wishes wishes = camera.wishes();
      text.append(String.format("camera %s%n", camera.name()));
      line(text, "source", camera.source() + (camera.loop() ? ", again and again" : ""));
      line(text, "to", listed(camera.to().stream().map(Object::toString).toList(), "nowhere"));
      line(text, "max_age", camera.maxAge().toMillis() + "ms");
      line(text, "files", camera.recording().toString());
      line(
          text,
          "detector",
          "%s by %s, from score %s".formatted(wishes.detector(), session.engine(), wishes.conf()));
      line(text, "classify", listed(wishes.classify(), "nothing"));
      line(text, "effort", wishes.effort().toString());
      line(text, "hide", wishes.hideFaces() ? "faces" : "nothing");
    }
    return text.toString();
  }

  private static String listed(List<String> all, String none) {
    return all.isEmpty() ? none : String.join(", ", all);
  }

  private static void line(StringBuilder text, String head, String body) {
    text.append(String.format("  %-9s %s%n", head, body));
  }
}
