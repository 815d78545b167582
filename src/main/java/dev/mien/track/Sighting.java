package dev.mien.track;

import dev.mien.face.Detection;
import dev.mien.frame.Box;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The detections of one frame with their tracks, and which of the faces need an answer of the
 * models.
 *
 * @param timestamp of the frame, nanoseconds of the stream
 * @param seen in the order of the detections
 * @param perhaps where else a face may be
 */
public record Sighting(long timestamp, List<Seen> seen, List<Box> perhaps) {
  /**
   * One detection.
   *
   * @param track null where frames have nothing to do with each other
   * @param id of the face; null where it is not believed to be one
   * @param asked whether the models are asked about it
   */
  record Seen(Detection detection, @Nullable Track track, @Nullable Long id, boolean asked) {}

  public Sighting {
    seen = List.copyOf(seen);
    perhaps = List.copyOf(perhaps);
  }

  /** The faces that the models are asked about, in order: {@link Tracker#label} takes as many. */
  public List<Box> asked() {
    return seen.stream().filter(Seen::asked).map(s -> s.detection().box()).toList();
  }

  /** How many detections are believed to be faces. */
  public int faces() {
    return (int) seen.stream().filter(s -> s.id() != null).count();
  }

  /** The detection of this face; null if it was not seen. */
  @Nullable Detection of(long id) {
    return seen.stream()
        .filter(s -> s.id() != null && s.id() == id)
        .map(Seen::detection)
        .findFirst()
        .orElse(null);
  }

  /** The places of those that are believed, sorted by id. */
  List<Seen> byId() {
    return IntStream.range(0, seen.size())
        .mapToObj(seen::get)
        .filter(s -> s.id() != null)
        .sorted((a, b) -> Long.compare(idOf(a), idOf(b)))
        .toList();
  }

  private static long idOf(Seen seen) {
    Long id = seen.id();
    return id == null ? -1 : id;
  }
}
