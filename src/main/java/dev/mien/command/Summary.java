package dev.mien.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.mien.pipeline.Effort;
import dev.mien.pipeline.Stage;
import dev.mien.pipeline.Stats;
import dev.mien.report.Tally;
import dev.mien.session.Setup;
import dev.mien.sink.SinkException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run found and how it went: for the screen, and for {@code summary.json}. */
record Summary(String source, Tally tally, Stats stats, Run run) {
  private static final double SECOND = 1e9;

  /** More spans than this are too many to read on a screen. */
  private static final int SHOWN_SPANS = 8;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  void write(Path file) throws IOException {
    try {
      JSON.writeValue(file.toFile(), json());
    } catch (IOException e) {
      throw SinkException.of(file.toString(), e);
    }
  }

  private Map<String, Object> json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("source", source);
    all.put("resolution", String.valueOf(tally.resolution()));
    all.put("frames", tally.frames());
    all.put("seconds", round(tally.duration() / SECOND, 3));
    all.put("frames_with_face", tally.framesWithFace());
    all.put("faces", tally.faces());
    all.put("labels", shares(tally.labels()));
    List<Object> tracks = new ArrayList<>();
    for (Tally.Track track : tally.tracks()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("id", track.id());
      one.put("from", round(track.first() / SECOND, 3));
      one.put("to", round(track.last() / SECOND, 3));
      one.put("frames", track.frames());
      one.put("labels", shares(track.labels()));
      tracks.add(one);
    }
    all.put("tracks", tracks);
    List<Object> spans = new ArrayList<>();
    for (Tally.Span span : tally.spans()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("from", round(span.from() / SECOND, 3));
      one.put("to", round(span.to() / SECOND, 3));
      one.put("frames", span.frames());
      one.put("faces", span.faces());
      one.put("labels", shares(span.labels()));
      spans.add(one);
    }
    all.put("over_time", spans);
    Map<String, Object> speed = new LinkedHashMap<>();
    speed.put("frames_per_second", round(stats.framesPerSecond(), 1));
    speed.put("workers", stats.workers());
    for (Stage stage : Stage.values()) {
      speed.put(stage.name().toLowerCase(Locale.ROOT) + "_ms", round(stats.millis(stage), 3));
    }
    speed.put("effort", stats.effort().toString());
    all.put("speed", speed);
    all.put("device", run.devices("").actual());
    all.put("detector_engine", run.devices("").engine());
    Map<String, Object> models = new LinkedHashMap<>();
    Setup setup = run.setup();
    models.put(setup.detector().name(), setup.detector().card().files());
    setup.classifiers().forEach(m -> models.put(m.name(), m.card().files()));
    all.put("models", models);
    return all;
  }

  private static Map<String, Object> shares(Map<String, Map<String, Long>> counts) {
    Map<String, Object> tasks = new LinkedHashMap<>();
    counts.forEach(
        (task, labels) -> {
          Map<String, Object> shares = new LinkedHashMap<>();
          long sum = labels.values().stream().mapToLong(Long::longValue).sum();
          labels.forEach((label, n) -> shares.put(label, round((double) n / sum, 4)));
          tasks.put(task, shares);
        });
    return tasks;
  }

  private static double round(double value, int digits) {
    double factor = Math.pow(10, digits);
    return Math.round(value * factor) / factor;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    double seconds = tally.duration() / SECOND;
    line(
        text,
        source,
        "%d frames of %s, %.1f s",
        tally.frames(),
        String.valueOf(tally.resolution()),
        seconds);
    line(
        text,
        "faces",
        "in %d frames (%.1f %%), %d %s",
        tally.framesWithFace(),
        100.0 * tally.framesWithFace() / Math.max(1, tally.frames()),
        tally.tracks().size(),
        tally.tracks().size() == 1 ? "track" : "tracks");
    tally.labels().forEach((task, counts) -> labels(text, task, counts));
    double speed = stats.framesPerSecond();
    line(
        text,
        "speed",
        "%.0f frames a second%s, %d workers, %s; detector by %s",
        speed,
        seconds > 0
            ? String.format(
                Locale.ROOT, " (%.1f times real time)", seconds * SECOND / stats.nanos())
            : "",
        stats.workers(),
        run.devices("").actual(),
        run.devices("").engine());
    if (!stats.effort().equals(Effort.FULL)) {
      line(text, "effort", "%s", stats.effort());
    }
    stats
        .drops()
        .forEach(
            (reason, count) -> {
              if (count > 0) {
                line(text, "dropped", "%d frames: %s", count, reason.inWords());
              }
            });
    for (Stats.Output output : stats.outputs()) {
      if (output.dropped() > 0) {
        line(text, "dropped", "%d frames: %s was too slow", output.dropped(), output.name());
      }
      if (output.lost() > 0) {
        line(text, "lost", "%d pictures: %s did not take them", output.lost(), output.name());
      }
    }
    return text.toString();
  }

  private void labels(StringBuilder text, String task, Map<String, Long> counts) {
    line(text, task, "%s", mostFirst(counts));
    List<Tally.Span> spans = tally.spans();
    int step = (spans.size() + SHOWN_SPANS - 1) / SHOWN_SPANS;
    for (int i = 0; i < spans.size() && spans.size() > 1; i += step) {
      List<Tally.Span> together = spans.subList(i, Math.min(i + step, spans.size()));
      Map<String, Long> sum = new LinkedHashMap<>();
      together.forEach(
          s ->
              s.labels()
                  .getOrDefault(task, Map.of())
                  .forEach((l, n) -> sum.merge(l, n, Long::sum)));
      if (!sum.isEmpty()) {
        line(
            text,
            "",
            "%5.0f-%.0f s  %s",
            together.get(0).from() / SECOND,
            together.get(together.size() - 1).to() / SECOND,
            mostFirst(sum));
      }
    }
  }

  private static String mostFirst(Map<String, Long> counts) {
    double sum = counts.values().stream().mapToLong(Long::longValue).sum();
    List<String> parts =
        counts.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .filter(e -> e.getValue() / sum >= 0.005)
            .map(
                e -> String.format(Locale.ROOT, "%s %.0f %%", e.getKey(), 100 * e.getValue() / sum))
            .toList();
    return String.join(", ", parts);
  }

  private static void line(StringBuilder text, String head, String format, Object... values) {
    String body = String.format(Locale.ROOT, format, values);
    text.append(
        Printable.line(
            String.format(
                "%s%-10s %s", head.isEmpty() || text.length() > 0 ? "  " : "", head, body)));
    text.append(System.lineSeparator());
  }
}
