package dev.mien.sink;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * One {@linkplain ObservationJson JSON object} a frame and a line, on a stream that is not closed.
 * Every line is handed over whole and flushed.
 */
final class JsonLinesSink implements Sink {
  private final String name;
  private final OutputStream out;

  JsonLinesSink(String name, OutputStream out) {
    this.name = name;
    this.out = out;
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
    byte[] object = ObservationJson.of(observation);
    byte[] line = Arrays.copyOf(object, object.length + 1);
    line[object.length] = '\n';
    try {
      out.write(line);
      out.flush();
    } catch (IOException e) {
      if (OutputFile.readerGone(e)) {
        throw new SinkClosedException(name + ": the reader of the output has gone", e);
      }
      throw SinkException.of(name, e);
    }
  }

  @Override
  public void close() {}
}
