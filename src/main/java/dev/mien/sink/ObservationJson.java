package dev.mien.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mien.face.Classification;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.LabelKeys;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Size;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Set;

/**
 * An observation as a JSON object, in the shape of Intel DL Streamer's {@code gvametaconvert}.
 *
 * <p>The same observation gives the same bytes: keys have a fixed order, coordinates of the
 * bounding box (0..1) have at most 6 decimals, probabilities 4.
 */
public final class ObservationJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> TAKEN =
      Set.of("id", "roi_type", "x", "y", "w", "h", "detection");

  private ObservationJson() {}

  /** UTF-8, on one line, without an end of line. */
  public static byte[] of(Observation observation) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      write(json, observation);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail so.
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, Observation seen) throws IOException {
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
      object(json, face, size);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void object(JsonGenerator json, Face face, Size size) throws IOException {
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
    number(json, "x_min", box.x() / size.width(), 6);
    number(json, "y_min", box.y() / size.height(), 6);
    number(json, "x_max", box.right() / size.width(), 6);
    number(json, "y_max", box.bottom() / size.height(), 6);
    json.writeEndObject();
    number(json, "confidence", detection.confidence(), 4);
    json.writeStringField("label", "face");
    json.writeEndObject();
    LabelKeys keys = new LabelKeys(TAKEN);
    for (Face.Label label : face.labels()) {
      json.writeObjectFieldStart(keys.next(label.task(), label.model()));
      label(json, label);
    }
    json.writeEndObject();
  }

  private static void label(JsonGenerator json, Face.Label label) throws IOException {
    json.writeStringField("label", label.label());
    number(json, "confidence", label.confidence(), 4);
    if (label.reason() != null) {
      json.writeStringField("reason", label.reason());
    } else if (!label.sure()) {
      json.writeBooleanField("unsure", true);
    }
    json.writeObjectFieldStart("model");
    json.writeStringField("name", label.model());
    json.writeEndObject();
    json.writeObjectFieldStart("scores");
    for (Classification.Score score : label.scores()) {
      number(json, score.label(), score.probability(), 4);
    }
    json.writeEndObject();
    json.writeNumberField("age", label.age());
    json.writeEndObject();
  }

  /** Plain decimals, the same on every JDK: 0.0, 0.71, 0.000005. */
  private static void number(JsonGenerator json, String key, double value, int decimals)
      throws IOException {
    long scaled = Math.round(value * Math.pow(10, decimals));
    BigDecimal exact = BigDecimal.valueOf(scaled, decimals).stripTrailingZeros();
    json.writeFieldName(key);
    json.writeNumber(exact.scale() < 1 ? exact.setScale(1) : exact);
  }
}
