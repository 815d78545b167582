package dev.mien.command;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import java.util.Locale;

/** Says on standard error how far the work is: one line that changes on a terminal, else lines. */
final class Progress implements Sink {
  private static final boolean TERMINAL = Boolean.getBoolean("mien.terminal");
  private static final long EVERY_NANOS = TERMINAL ? 500_000_000L : 10_000_000_000L;
  private static final double SECOND = 1e9;

  private final String source;
  private final long start = System.nanoTime();
  private long told = start;
  private long frames;

  Progress(String source) {
    this.source = source;
  }

  @Override
  public String name() {
    return "progress";
  }

  @Override
  public Want wants() {
    return Want.NOTHING;
  }

  @Override
  public boolean suffices() {
    return false;
  }

  @Override
  public void write(Frame frame, Observation observation) {
    frames++;
    long now = System.nanoTime();
    if (now - told >= EVERY_NANOS) {
      told = now;
      String line =
          Printable.line(
              String.format(
                  Locale.ROOT,
                  "%s: frame %d, at %.1f s, %.0f frames a second",
                  source,
                  frames,
                  observation.timestamp() / SECOND,
                  frames * SECOND / (now - start)));
      System.err.print(TERMINAL ? "\r\u001b[K" + line : line + System.lineSeparator());
    }
  }

  @Override
  public void close() {
    if (TERMINAL && frames > 0) {
      System.err.print("\r\u001b[K");
    }
  }
}
