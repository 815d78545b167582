package dev.mien.track;

import dev.mien.face.Classification;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Size;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes observations of detections: which of them are faces, who is who, and what label is shown.
 * For one source and one thread; its only clock is the stream's.
 */
public final class Tracker {
  /** Overlap of a detection with where a track should be, from which it surely is that face. */
  private static final double SAME = 0.5;

  private final Rules rules;
  private final LongSupplier ids;
  private final @Nullable Association association;
  private long looked;
  private volatile List<Track.Motion> motions = List.of();

  private Tracker(Rules rules, LongSupplier ids, @Nullable Association association) {
    this.rules = rules;
    this.ids = ids;
    this.association = association;
  }

  /**
   * For frames that follow each other.
   *
   * @param ids gives each number once in a run; several followers may share it
   */
  public static Tracker ofVideo(Rules rules, LongSupplier ids) {
    return new Tracker(rules, ids, new Association(rules, ids));
  }

  /**
   * For pictures that have nothing to do with each other: each face is new, no label is averaged.
   */
  public static Tracker ofStills(Rules rules, LongSupplier ids) {
    return new Tracker(rules, ids, null);
  }

  /**
   * The observation of the next frame.
   *
   * @param detections also weak ones: they carry on what strong ones began
   * @param classifications for each detection, an answer of each model
   */
  public Observation follow(
      String source,
      long sequence,
      long timestamp,
      Size resolution,
      List<Detection> detections,
      List<List<Classification>> classifications) {
    if (association == null) {
      List<Face> faces = stills(detections, classifications);
      return new Observation(
          source, sequence, timestamp, resolution, faces, unsure(detections, faces));
    }
    List<Face> faces = video(association, timestamp, detections, classifications);
    List<Box> perhaps = new ArrayList<>(unsure(detections, faces));
    perhaps.addAll(association.lost(timestamp));
    return new Observation(source, sequence, timestamp, resolution, faces, perhaps);
  }

  private static List<Box> unsure(List<Detection> detections, List<Face> faces) {
    Set<Detection> shown = faces.stream().map(Face::detection).collect(Collectors.toSet());
    return detections.stream().filter(d -> !shown.contains(d)).map(Detection::box).toList();
  }

  /** The next frame shows another scene: no face goes on, wherever the next ones are. */
  public void cut() {
    if (association != null) {
      association.cut();
      motions = List.of();
    }
  }

  /**
   * The observation of the next frame, in which nobody looked for faces: those of the last look,
   * moved on as they moved before.
   */
  public Observation expect(String source, long sequence, long timestamp, Size resolution) {
    List<Face> faces = new ArrayList<>();
    for (Track track : association == null ? List.<Track>of() : association.seenAt(looked)) {
      Long id = track.id();
      Detection expected = track.expect(timestamp, resolution);
      if (id != null && expected != null) {
        faces.add(new Face(id, expected, track.labels().last()));
      }
    }
    faces.sort(Comparator.comparingLong(Face::id));
    List<Box> perhaps = association == null ? List.of() : association.lost(timestamp);
    return new Observation(source, sequence, timestamp, resolution, faces, perhaps);
  }

  /**
   * Whether the face at this place is one whose labels are steady, so that it needs no new
   * classification yet. From any thread, for detections that are followed later.
   */
  public boolean steady(Box box, long timestamp) {
    return motions.stream()
        .anyMatch(m -> timestamp < m.steadyUntil() && m.at(timestamp).iou(box) >= SAME);
  }

  private List<Face> video(
      Association association,
      long timestamp,
      List<Detection> detections,
      List<List<Classification>> classifications) {
    List<Track> tracks = association.update(timestamp, detections);
    looked = timestamp;
    List<Face> faces = new ArrayList<>();
    for (int i = 0; i < detections.size(); i++) {
      Track track = tracks.get(i);
      List<Face.Label> labels = track.labels().update(timestamp, classifications.get(i));
      Long id = track.id();
      if (id != null) {
        faces.add(new Face(id, detections.get(i), labels));
      }
    }
    motions = tracks.stream().filter(t -> t.id() != null).map(Track::motion).toList();
    faces.sort(Comparator.comparingLong(Face::id));
    return faces;
  }

  /**
   * A picture has no past that could tell, so it needs less certainty than a track's first frame.
   */
  private List<Face> stills(
      List<Detection> detections, List<List<Classification>> classifications) {
    List<Face> faces = new ArrayList<>();
    for (int i = 0; i < detections.size(); i++) {
      if (detections.get(i).confidence() >= rules.likely()) {
        List<Face.Label> labels = classifications.get(i).stream().map(LabelFilter::plain).toList();
        faces.add(new Face(ids.getAsLong(), detections.get(i), labels));
      }
    }
    return faces;
  }
}
