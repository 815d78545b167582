package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@linkplain ObservationJson JSON object} a frame and a line. A line is handed over whole, so
 * that a file never ends inside one unless the disk is full.
 */
final class JsonLinesSink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(JsonLinesSink.class);
  private static final long SECOND = 1_000_000_000L;
  private static final int FULL = 1 << 16;

  /** Empties what is written to, before the first line. */
  private interface Start {
    void clear() throws IOException;
  }

  private final String name;
  private final OutputStream out;
  private final boolean ours;
  private final Start start;
  private final @Nullable Path made;
  private boolean started;
  private boolean failed;
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
  private long flushed = Long.MIN_VALUE;
  private boolean closed;

  private JsonLinesSink(
      String name, OutputStream out, boolean ours, Start start, @Nullable Path made) {
    this.name = name;
    this.out = out;
    this.ours = ours;
    this.start = start;
    this.made = made;
  }

  /** Reaches the file at least once a second of the stream. */
  static JsonLinesSink toFile(Path file) {
    boolean existed = Files.exists(file);
    FileChannel channel = OutputFile.open(file);
    return new JsonLinesSink(
        file.toString(),
        Channels.newOutputStream(channel),
        true,
        () -> channel.truncate(0),
        existed ? null : file);
  }

  /** Every line is flushed; the stream is not closed. */
  static JsonLinesSink toStream(String name, OutputStream out) {
    return new JsonLinesSink(name, out, false, () -> {}, null);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Want wants() {
    return Want.NOTHING;
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    lines.writeBytes(ObservationJson.of(observation));
    lines.write('\n');
    long sinceFlush = observation.timestamp() - flushed;
    if (!ours
        || lines.size() >= FULL
        || flushed == Long.MIN_VALUE
        || sinceFlush < 0
        || sinceFlush >= SECOND) {
      flushed = observation.timestamp();
      flush();
    }
  }

  private void flush() throws SinkException {
    try {
      if (!started) {
        started = true;
        start.clear();
      }
      lines.writeTo(out);
      out.flush();
    } catch (IOException e) {
      failed = true;
      if (OutputFile.readerGone(e)) {
        throw new SinkClosedException(name + ": the reader of the output has gone", e);
      }
      throw SinkException.of(name, e);
    } finally {
      lines.reset();
    }
  }

  @Override
  public void finish() throws IOException {
    if (lines.size() > 0 || !started) {
      flush();
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (ours) {
        out.close();
      }
      // A service that is started again and again on a full disk shall not leave a file each time.
      if (made != null && failed && Files.size(made) == 0) {
        Files.delete(made);
      }
    } catch (IOException e) {
      log.warn("{}: {}", name, OutputFile.reason(e));
    }
  }
}
