package dev.mien.command;

import dev.mien.detect.Detector;
import dev.mien.face.Detection;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.pipeline.Stats;
import dev.mien.sink.Pages;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkAddress;
import dev.mien.source.Looped;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
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
   * @param injected milliseconds for which the pictures of every other second are held back between
   *     camera and server: side by side with the others, what the machine does besides concerns
   *     both
   * @param seconds how long is measured
   */
  record Plan(SourceAddress clip, double rate, long injected, int seconds) {
    Plan {
      if (!(rate > 0) || injected < 0 || seconds < 1) {
        throw new IllegalArgumentException(
            "bench --live: --rate above 0, --inject 0 or more, --seconds 1 or more, found %s, %s, %s"
                .formatted(rate, injected, seconds));
      }
    }

    /**
     * How long a picture is held back that the server gets at this time.
     *
     * @param millis from the start
     */
    long heldAt(double millis) {
      return (long) (millis / 1000) % 2 == 1 ? injected : 0;
    }

    /** For how long the pictures are held back that the camera makes at this time. */
    List<Long> madeAt(double millis) {
      return LongStream.of(0, injected)
          .distinct()
          .filter(held -> heldAt(millis + held) == held)
          .boxed()
          .toList();
    }
  }

  /** Looks at each frame several times, and so takes as many times as long. */
  record Slow(Detector detector, int times) implements Detector {
    @Override
    public List<Detection> detect(Frame frame) {
      for (int i = 1; i < times; i++) {
        detector.detect(frame);
      }
      return detector.detect(frame);
    }

    @Override
    public String engine() {
      return detector.engine();
    }

    @Override
    public void close() {
      detector.close();
    }
  }

  /** Stands where events are handed out. */
  private record Events(LiveLedger ledger) implements Sink {
    @Override
    public String name() {
      return "events";
    }

    @Override
    public Want wants() {
      return Want.NOTHING;
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

  LiveLedger.Result measure(Plan plan) throws IOException, InterruptedException {
    LiveLedger ledger = new LiveLedger(System::nanoTime);
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
    ScheduledExecutorService line = Executors.newSingleThreadScheduledExecutor();
    Outputs outputs = new Outputs(run, Pages.NONE);
    try (Source clip = new Looped(plan.clip(), "clip");
        Sink server = outputs.open(new SinkAddress.Rtsp(HOST, 0, "camera"), "camera")) {
      Sink annotated = outputs.open(new SinkAddress.Rtsp(HOST, 0, "annotated"), "camera");
      try {
        LiveCamera playing =
            new LiveCamera(
                clip,
                plan,
                server,
                ledger,
                (millis, task) -> {
                  var unused = line.schedule(task, millis, TimeUnit.MILLISECONDS);
                });
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
        return ledger.result(plan, stats);
      } catch (IOException | RuntimeException e) {
        annotated.close();
        throw e;
      }
    } finally {
      threads.shutdownNow();
      line.shutdown(); // What is still held back is let go of.
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        log.warn("a thread of the measurement does not end");
      }
    }
  }

  /** Ends when the stream does. */
  private static void watch(String url, LiveLedger ledger) {
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
}
