package dev.mien.report;

import dev.mien.face.Face;
import dev.mien.face.LabelKeys;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.sink.Sink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts up the observations of one source. Its memory does not grow with the length of the
 * recording, only with the number of tracks.
 */
public final class Tally implements Sink {
  /** When there are more spans than this, neighbours are joined and spans get twice as long. */
  private static final int MOST_SPANS = 60;

  private static final long SECOND = 1_000_000_000L;

  /**
   * One face from its first to its last frame.
   *
   * @param first timestamp, nanoseconds
   * @param last timestamp, nanoseconds
   * @param labels frames by label, by task
   */
  public record Track(
      long id, long first, long last, long frames, Map<String, Map<String, Long>> labels) {}

  /**
   * A piece of the recording.
   *
   * @param from nanoseconds
   * @param to nanoseconds, exclusive
   * @param faces over all its frames
   * @param labels faces by label, by task
   */
  public record Span(
      long from, long to, long frames, long faces, Map<String, Map<String, Long>> labels) {}

  private final Map<Long, Track> tracks = new TreeMap<>();
  private final Map<String, Map<String, Long>> labels = new LinkedHashMap<>();
  private List<Span> spans = new ArrayList<>();
  private long spanLength = SECOND;
  private long frames;
  private long framesWithFace;
  private long faces;
  private long first;
  private long last;
  private @Nullable Size resolution;

  @Override
  public String name() {
    return "tally";
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
    long now = observation.timestamp();
    if (frames == 0) {
      first = now;
      resolution = observation.resolution();
    }
    frames++;
    last = now;
    faces += observation.faces().size();
    if (!observation.faces().isEmpty()) {
      framesWithFace++;
    }
    Span span = span(now);
    Map<String, Map<String, Long>> here = span.labels();
    for (Face face : observation.faces()) {
      Track old = tracks.get(face.id());
      Map<String, Map<String, Long>> own = old == null ? new LinkedHashMap<>() : old.labels();
      tracks.put(
          face.id(),
          old == null
              ? new Track(face.id(), now, now, 1, own)
              : new Track(face.id(), old.first(), now, old.frames() + 1, own));
      LabelKeys keys = new LabelKeys(Set.of());
      for (Face.Label label : face.labels()) {
        String task = keys.next(label.task(), label.model());
        count(labels, task, label.label());
        count(here, task, label.label());
        count(own, task, label.label());
      }
    }
    spans.set(
        spans.size() - 1,
        new Span(
            span.from(),
            span.to(),
            span.frames() + 1,
            span.faces() + observation.faces().size(),
            here));
  }

  private static void count(Map<String, Map<String, Long>> counts, String task, String label) {
    counts.computeIfAbsent(task, t -> new TreeMap<>()).merge(label, 1L, Long::sum);
  }

  private Span span(long timestamp) {
    long from = first + Math.max(0, timestamp - first) / spanLength * spanLength;
    if (spans.isEmpty() || spans.get(spans.size() - 1).from() < from) {
      if (spans.size() == MOST_SPANS) {
        spanLength *= 2;
        spans = join(spans);
        return span(timestamp);
      }
      spans.add(new Span(from, from + spanLength, 0, 0, new LinkedHashMap<>()));
    }
    return spans.get(spans.size() - 1);
  }

  private List<Span> join(List<Span> old) {
    List<Span> joined = new ArrayList<>();
    for (Span span : old) {
      long from = first + (span.from() - first) / spanLength * spanLength;
      Span before = joined.isEmpty() ? null : joined.get(joined.size() - 1);
      if (before == null || before.from() < from) {
        joined.add(new Span(from, from + spanLength, span.frames(), span.faces(), span.labels()));
      } else {
        span.labels()
            .forEach(
                (task, counts) ->
                    counts.forEach(
                        (label, n) ->
                            before
                                .labels()
                                .computeIfAbsent(task, t -> new TreeMap<>())
                                .merge(label, n, Long::sum)));
        joined.set(
            joined.size() - 1,
            new Span(
                before.from(),
                before.to(),
                before.frames() + span.frames(),
                before.faces() + span.faces(),
                before.labels()));
      }
    }
    return joined;
  }

  public long frames() {
    return frames;
  }

  public long framesWithFace() {
    return framesWithFace;
  }

  /** Faces over all frames: one face in ten frames counts ten times. */
  public long faces() {
    return faces;
  }

  /** From the first frame to the last, nanoseconds. */
  public long duration() {
    return last - first;
  }

  /** Of the first frame; null before it. */
  public @Nullable Size resolution() {
    return resolution;
  }

  /** Frames by label, by task. */
  public Map<String, Map<String, Long>> labels() {
    return labels;
  }

  public List<Track> tracks() {
    return List.copyOf(tracks.values());
  }

  public List<Span> spans() {
    return List.copyOf(spans);
  }

  @Override
  public void close() {}
}
