package dev.mien.command;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.pipeline.Drop;
import dev.mien.pipeline.Stats;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.Looped;
import dev.mien.source.PatternSource;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How old an annotated picture is when a client has it. A clip with each picture's number burnt in
 * plays as a camera on an RTSP server of its own; it is read from there, goes through every stage
 * and out to another RTSP stream, where a client reads the numbers back. A picture's age is the
 * time since its number was burnt in.
 */
final class LiveBench {
  private static final Logger log = LoggerFactory.getLogger(LiveBench.class);

  /** Until the connections stand and the virtual machine has compiled what runs often. */
  private static final int WARM_UP_SECONDS = 5;

  private static final String HOST = "127.0.0.1";

  /**
   * @param rate pictures a second of the camera
   * @param injected milliseconds that each picture is held back between camera and server
   * @param seconds how long is measured
   */
  record Plan(SourceAddress clip, double rate, long injected, int seconds) {}

  /** Ages of pictures in nanoseconds, the youngest first. */
  record Ages(List<Long> sorted) {
    Ages {
      List<Long> copy = new ArrayList<>(sorted);
      Collections.sort(copy);
      sorted = List.copyOf(copy);
    }

    /** The age that this share of the pictures does not exceed, in milliseconds; NaN of none. */
    double millis(double share) {
      int rank = (int) Math.ceil(share * sorted.size());
      return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(0, rank - 1)) / 1e6;
    }
  }

  /**
   * @param shown pictures of the camera during the measurement
   * @param seen at the client of the RTSP output
   * @param events when the observation was handed out
   */
  record Result(int shown, Ages seen, Ages events, Stats stats) {
    String text(Plan plan) {
      StringBuilder text = new StringBuilder();
      text.append(
          String.format(
              Locale.ROOT,
              "live: %s at %.1f frames a second for %d s, %d ms injected%n",
              plan.clip().name(),
              plan.rate(),
              plan.seconds(),
              plan.injected()));
      row(text, "to the RTSP client", seen);
      row(text, "to the event", events);
      for (Map.Entry<Drop, Long> drop : stats.drops().entrySet()) {
        if (drop.getValue() > 0) {
          text.append(
              String.format("  dropped  %d: %s%n", drop.getValue(), drop.getKey().inWords()));
        }
      }
      for (Stats.Output output : stats.outputs()) {
        if (output.dropped() > 0) {
          text.append(
              String.format("  dropped  %d: %s was too slow%n", output.dropped(), output.name()));
        }
      }
      return text.toString();
    }

    private void row(StringBuilder text, String where, Ages ages) {
      text.append(
          String.format(
              Locale.ROOT,
              "  camera %-20s p50 %6.1f ms   p95 %6.1f   p99 %6.1f   %d of %d frames%n",
              where,
              ages.millis(0.5),
              ages.millis(0.95),
              ages.millis(0.99),
              ages.sorted().size(),
              shown));
    }
  }

  /** When each picture was made, and at what age each place had it first. */
  private static final class Ledger {
    private final Map<Integer, Long> born = new HashMap<>();
    private final List<Long> seen = new ArrayList<>();
    private final List<Long> events = new ArrayList<>();
    private final Set<Integer> known = new HashSet<>();
    private final Set<Integer> told = new HashSet<>();
    private boolean open;
    private int shown;

    synchronized void born(int number) {
      if (open) {
        born.put(number, System.nanoTime());
        shown++;
      }
    }

    synchronized void begin() {
      open = true;
    }

    /** Pictures that are under way still count. */
    synchronized void end() {
      open = false;
    }

    synchronized void seen(Frame frame) {
      note(frame, known, seen);
    }

    synchronized void told(Frame frame) {
      note(frame, told, events);
    }

    private void note(Frame frame, Set<Integer> already, List<Long> ages) {
      long now = System.nanoTime();
      OptionalInt number = PatternSource.readCounter(frame);
      Long start = number.isPresent() ? born.get(number.getAsInt()) : null;
      if (start != null && already.add(number.getAsInt())) {
        ages.add(now - start);
      }
    }

    synchronized Result result(Stats stats) {
      return new Result(shown, new Ages(seen), new Ages(events), stats);
    }
  }

  /** Stands where events are handed out. */
  private record Events(Ledger ledger) implements Sink {
    @Override
    public String name() {
      return "events";
    }

    @Override
    public void write(Frame frame, Observation observation) {
      ledger.told(frame);
    }

    @Override
    public void close() {}
  }

  private final Run run;

  /**
   * @param run ends with the measurement
   */
  LiveBench(Run run) {
    this.run = run;
  }

  Result measure(Plan plan) throws IOException, InterruptedException {
    Ledger ledger = new Ledger();
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
    try (Source clip = new Looped(plan.clip(), "clip");
        Sink server = Outputs.open(new SinkAddress.Rtsp(HOST, 0, "camera"), "camera", run)) {
      Sink annotated = Outputs.open(new SinkAddress.Rtsp(HOST, 0, "annotated"), "camera", run);
      try (Camera playing = new Camera(clip, plan, server, ledger)) {
        long end = TimeUnit.SECONDS.toMillis(WARM_UP_SECONDS + (long) plan.seconds());
        long last = end + plan.injected() + 1000;
        List<Future<?>> timers = new ArrayList<>();
        timers.add(
            threads.scheduleAtFixedRate(
                playing, 0, Math.round(1e9 / plan.rate()), TimeUnit.NANOSECONDS));
        Source camera = SourceAddress.parse(server.name()).open("camera");
        threads.execute(() -> watch(annotated.name(), ledger));
        timers.add(threads.schedule(ledger::begin, WARM_UP_SECONDS, TimeUnit.SECONDS));
        timers.add(threads.schedule(ledger::end, end, TimeUnit.MILLISECONDS));
        timers.add(threads.schedule(run::quit, last, TimeUnit.MILLISECONDS));
        Stats stats = run.run(camera, List.of(annotated, new Events(ledger)));
        timers.forEach(timer -> timer.cancel(false));
        return ledger.result(stats);
      } catch (IOException | RuntimeException e) {
        annotated.close();
        throw e;
      }
    } finally {
      threads.shutdownNow();
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        log.warn("a thread of the measurement does not end");
      }
    }
  }

  /** Ends when the stream does. */
  private static void watch(String url, Ledger ledger) {
    try (Source client = SourceAddress.parse(url).open("client")) {
      while (!Thread.interrupted()) {
        try (Frame frame = client.read()) {
          if (frame == null) {
            return;
          }
          ledger.seen(frame);
        }
      }
    } catch (IOException e) {
      log.debug("the client of the measurement ends", e);
    }
  }

  /** Shows the next picture each time that it is run. */
  private static final class Camera implements Runnable, AutoCloseable {
    private final Source clip;
    private final Plan plan;
    private final Sink server;
    private final Ledger ledger;
    private final ScheduledExecutorService line = Executors.newSingleThreadScheduledExecutor();
    private int number;

    Camera(Source clip, Plan plan, Sink server, Ledger ledger) {
      this.clip = clip;
      this.plan = plan;
      this.server = server;
      this.ledger = ledger;
    }

    @Override
    public void run() {
      try {
        Frame read = clip.read();
        if (read == null) {
          return;
        }
        Frame frame = read.renumbered(number, Math.round(number * 1e9 / plan.rate()));
        PatternSource.drawCounter(frame, number);
        ledger.born(number);
        number++;
        var unused = line.schedule(() -> send(frame), plan.injected(), TimeUnit.MILLISECONDS);
      } catch (IOException | RuntimeException e) {
        log.warn("the camera of the measurement: {}", e.getMessage());
      }
    }

    private @Nullable Void send(Frame frame) throws IOException {
      try (frame) {
        server.write(
            frame,
            new Observation(
                "camera", frame.sequence(), frame.timestamp(), frame.size(), List.of()));
      }
      return null;
    }

    @Override
    public void close() {
      line.shutdown();
    }
  }
}
