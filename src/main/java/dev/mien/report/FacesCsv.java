package dev.mien.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.mien.face.Face;
import dev.mien.face.LabelKeys;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import dev.mien.sink.SinkException;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A table with a row for each face of each frame: frame, timestamp in seconds, the track's id, box
 * in pixels, confidence, and label, confidence and state of each task.
 */
public final class FacesCsv implements Sink {
  private static final Pattern FORMULA = Pattern.compile("[\\s\\p{Cc}]*[=+\\-@＝＋－＠]|[\\t\\r]");

  private final Path file;
  private final List<String> tasks;
  private final Writer out;
  private final JsonGenerator rows;

  /**
   * @param tasks three columns for each
   */
  public FacesCsv(Path file, List<String> tasks) throws IOException {
    this.file = file;
    this.tasks = List.copyOf(tasks);
    CsvSchema.Builder columns = CsvSchema.builder().setUseHeader(true);
    for (String name : List.of("frame", "seconds", "id", "x", "y", "w", "h", "confidence")) {
      columns.addColumn(name);
    }
    for (String task : tasks) {
      columns.addColumn(cell(task)).addColumn(cell(task + "_confidence"));
      columns.addColumn(cell(task + "_state"));
    }
    out = Files.newBufferedWriter(file);
    rows = new CsvFactory().createGenerator(out);
    rows.setSchema(columns.build());
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public Want wants() {
    return Want.NOTHING;
  }

  @Override
  public void write(Frame frame, Observation observation) throws IOException {
    try {
      rows(observation);
    } catch (IOException e) {
      throw SinkException.of(name(), e);
    }
  }

  private void rows(Observation observation) throws IOException {
    for (Face face : observation.faces()) {
      Box box = face.detection().box();
      rows.writeStartObject();
      rows.writeNumberField("frame", observation.sequence());
      rows.writeStringField(
          "seconds", String.format(Locale.ROOT, "%.6f", observation.timestamp() / 1e9));
      rows.writeNumberField("id", face.id());
      rows.writeNumberField("x", Math.round(box.x()));
      rows.writeNumberField("y", Math.round(box.y()));
      rows.writeNumberField("w", Math.round(box.right()) - Math.round(box.x()));
      rows.writeNumberField("h", Math.round(box.bottom()) - Math.round(box.y()));
      writeShare("confidence", face.detection().confidence());
      LabelKeys keys = new LabelKeys(Set.of());
      for (Face.Label label : face.labels()) {
        String task = keys.next(label.task(), label.model());
        if (tasks.contains(task)) {
          rows.writeStringField(cell(task), cell(label.label()));
          writeShare(cell(task + "_confidence"), label.confidence());
          rows.writeStringField(cell(task + "_state"), cell(state(label)));
        }
      }
      rows.writeEndObject();
    }
  }

  /** Whether the label is sure, or why nothing is known. */
  private static String state(Face.Label label) {
    String reason = label.reason();
    return reason != null ? reason : label.sure() ? "sure" : "unsure";
  }

  /** With an apostrophe before what a spreadsheet would calculate or run instead of showing it. */
  private static String cell(String text) {
    return FORMULA.matcher(text).lookingAt() ? "'" + text : text;
  }

  private void writeShare(String column, double share) throws IOException {
    rows.writeStringField(column, String.format(Locale.ROOT, "%.4f", share));
  }

  @Override
  public void finish() throws IOException {
    try {
      rows.flush();
    } catch (IOException e) {
      throw SinkException.of(name(), e);
    }
  }

  @Override
  public void close() {
    try (out) {
      rows.close();
    } catch (IOException e) {
      // What is held back after a failure was lost by that failure, which was told.
    }
  }
}
