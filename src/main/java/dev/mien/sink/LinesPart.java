package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Observations in a file, one {@linkplain ObservationJson JSON object} a line. A line is handed
 * over whole, so that a file never ends inside one unless the disk is full; it reaches the file at
 * least once a second of the stream.
 */
final class LinesPart implements RecordingSink.Part {
  private static final long SECOND = 1_000_000_000L;
  private static final int FULL = 1 << 16;

  private final Held file;
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
  private boolean cleared;
  private long flushed = Long.MIN_VALUE;

  /**
   * @param append whether what is in the file stays
   */
  LinesPart(Held file, boolean append) {
    this.file = file;
    cleared = append;
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    lines.writeBytes(ObservationJson.of(observation));
    lines.write('\n');
    long sinceFlush = observation.timestamp() - flushed;
    if (lines.size() >= FULL
        || flushed == Long.MIN_VALUE
        || sinceFlush < 0
        || sinceFlush >= SECOND) {
      flushed = observation.timestamp();
      flush();
    }
  }

  private void flush() throws IOException {
    try {
      if (!cleared) {
        cleared = true;
        file.clear();
      }
      ByteBuffer bytes = ByteBuffer.wrap(lines.toByteArray());
      while (bytes.hasRemaining()) {
        file.channel().write(bytes);
      }
    } catch (IOException e) {
      if (OutputFile.readerGone(e)) {
        throw new SinkClosedException(file.file() + ": the reader of the output has gone", e);
      }
      throw e;
    } finally {
      lines.reset();
    }
  }

  @Override
  public void finish() throws IOException {
    flush();
  }

  @Override
  public void abandon() {}

  @Override
  public void close() {}
}
