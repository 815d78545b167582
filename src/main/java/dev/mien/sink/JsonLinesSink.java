package dev.mien.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mien.face.Classification;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JSON object a frame and a line, in the shape of Intel DL Streamer's {@code gvametaconvert}.
 *
 * <p>The same observations give the same bytes: keys have a fixed order, coordinates of the
 * bounding box (0..1) have at most 6 decimals, probabilities 4. A line is handed over whole, so
 * that a file never ends inside one unless the disk is full.
 */
final class JsonLinesSink implements Sink {
  private static final Logger log = LoggerFactory.getLogger(JsonLinesSink.class);
  private static final long SECOND = 1_000_000_000L;
  private static final int FULL = 1 << 16;
  private static final Set<String> TAKEN =
      Set.of("id", "roi_type", "x", "y", "w", "h", "detection");

  private final String name;
  private final OutputStream out;
  private final boolean ours;
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
  private final JsonGenerator json;
  private long flushed = Long.MIN_VALUE;
  private boolean closed;

  private JsonLinesSink(String name, OutputStream out, boolean ours) throws IOException {
    this.name = name;
    this.out = out;
    this.ours = ours;
    this.json = JsonFactory.builder().build().createGenerator(lines);
    json.setRootValueSeparator(null);
  }

  /** Reaches the file at least once a second of the stream. */
  static JsonLinesSink toFile(Path file) throws IOException {
    return new JsonLinesSink(
        file.toString(), Channels.newOutputStream(OutputFile.open(file)), true);
  }

  /** Every line is flushed; the stream is not closed. */
  static JsonLinesSink toStream(String name, OutputStream out) throws IOException {
    return new JsonLinesSink(name, out, false);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean wantsPicture() {
    return false;
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    line(observation);
    json.flush();
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
      lines.writeTo(out);
      out.flush();
    } catch (IOException e) {
      if (OutputFile.readerGone(e)) {
        throw new SinkClosedException(name + ": the reader of the output has gone", e);
      }
      throw SinkException.of(name, e);
    } finally {
      lines.reset();
    }
  }

  private void line(Observation seen) throws IOException {
    Size size = seen.resolution();
    json.writeStartObject();
    json.writeNumberField("timestamp", seen.timestamp());
    json.writeNumberField("frame", seen.sequence());
    json.writeStringField("source", seen.source());
    json.writeObjectFieldStart("resolution");
    json.writeNumberField("width", size.width());
    json.writeNumberField("height", size.height());
    json.writeEndObject();
    json.writeArrayFieldStart("objects");
    for (Face face : seen.faces()) {
      object(face, size);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void object(Face face, Size size) throws IOException {
    Detection detection = face.detection();
    Box box = detection.box().clip(size);
    int x = (int) Math.min(Math.round(box.x()), size.width() - 1);
    int y = (int) Math.min(Math.round(box.y()), size.height() - 1);
    json.writeStartObject();
    json.writeNumberField("id", face.id());
    json.writeStringField("roi_type", "face");
    json.writeNumberField("x", x);
    json.writeNumberField("y", y);
    json.writeNumberField("w", Math.max(1, Math.round(box.right()) - x));
    json.writeNumberField("h", Math.max(1, Math.round(box.bottom()) - y));
    json.writeObjectFieldStart("detection");
    json.writeObjectFieldStart("bounding_box");
    number("x_min", box.x() / size.width(), 6);
    number("y_min", box.y() / size.height(), 6);
    number("x_max", box.right() / size.width(), 6);
    number("y_max", box.bottom() / size.height(), 6);
    json.writeEndObject();
    number("confidence", detection.confidence(), 4);
    json.writeStringField("label", "face");
    json.writeEndObject();
    Set<String> used = new HashSet<>(TAKEN);
    for (Face.Label label : face.labels()) {
      label(label, used);
    }
    json.writeEndObject();
  }

  /** A second model of a task goes under "task-model", so that no key comes twice. */
  private void label(Face.Label label, Set<String> used) throws IOException {
    String key = label.task();
    for (int n = 1; !used.add(key); n++) {
      key = label.task() + "-" + label.model() + (n == 1 ? "" : "-" + n);
    }
    json.writeObjectFieldStart(key);
    json.writeStringField("label", label.label());
    number("confidence", label.confidence(), 4);
    json.writeObjectFieldStart("model");
    json.writeStringField("name", label.model());
    json.writeEndObject();
    json.writeObjectFieldStart("scores");
    for (Classification.Score score : label.scores()) {
      number(score.label(), score.probability(), 4);
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  /** Plain decimals, the same on every JDK: 0.0, 0.71, 0.000005. */
  private void number(String key, double value, int decimals) throws IOException {
    long scaled = Math.round(value * Math.pow(10, decimals));
    BigDecimal exact = BigDecimal.valueOf(scaled, decimals).stripTrailingZeros();
    json.writeFieldName(key);
    json.writeNumber(exact.scale() < 1 ? exact.setScale(1) : exact);
  }

  @Override
  public void finish() throws IOException {
    if (lines.size() > 0) {
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
      json.close();
      if (ours) {
        out.close();
      }
    } catch (IOException e) {
      log.warn("{}: {}", name, OutputFile.reason(e));
    }
  }
}
