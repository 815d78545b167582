package dev.mien.command;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import dev.mien.source.PatternSource;
import dev.mien.source.Source;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The camera of the measurement: burns a number into each picture, and holds some back. */
final class LiveCamera implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(LiveCamera.class);

  /** Where pictures are held back. */
  @FunctionalInterface
  interface Line {
    /** Runs the task so many milliseconds from now, or a little later; in the order of time. */
    void after(long millis, Runnable task);
  }

  private final Source clip;
  private final LiveBench.Plan plan;
  private final Sink server;
  private final LiveLedger ledger;
  private final Line line;
  private int number;
  private long ticks;

  LiveCamera(Source clip, LiveBench.Plan plan, Sink server, LiveLedger ledger, Line line) {
    this.clip = clip;
    this.plan = plan;
    this.server = server;
    this.ledger = ledger;
    this.line = line;
  }

  /** To be called as often as the camera gives pictures. */
  @Override
  public void run() {
    try {
      double millis = ticks++ * 1000 / plan.rate();
      for (long held : plan.madeAt(millis)) {
        make(held, Math.round((millis + held) * 1e6));
      }
    } catch (IOException | RuntimeException e) {
      log.warn("the camera of the measurement: {}", e.getMessage());
    }
  }

  private void make(long held, long timestamp) throws IOException {
    Frame read = clip.read();
    if (read == null) {
      return;
    }
    Frame frame = read.renumbered(number, timestamp);
    PatternSource.drawCounter(frame, number);
    ledger.born(number, held);
    number++;
    line.after(held, () -> send(frame));
  }

  private void send(Frame picture) {
    try (Frame frame = picture) {
      server.write(
          frame,
          new Observation("camera", frame.sequence(), frame.timestamp(), frame.size(), List.of()));
    } catch (IOException e) {
      log.debug("the camera of the measurement cannot send", e);
    }
  }
}
