package dev.mien.track;

import dev.mien.face.Appearance;
import dev.mien.face.Classification;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.frame.Box;
import dev.mien.frame.Size;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows the faces of one source: which detections are faces, who is who, which of them the models
 * are asked about, and what label is shown. In two steps a frame: {@link #see}, then {@link #label}
 * with what the models said, in the same order of frames; a few frames may be between both. For one
 * thread; its only clock is the stream's, so that what it decides does not depend on the machine.
 */
public final class Tracker {
  private final Rules rules;
  private final LongSupplier ids;
  private final @Nullable Association association;
  private final boolean askAlways;
  private long looked;

  private Tracker(
      Rules rules, LongSupplier ids, @Nullable Association association, boolean askAlways) {
    this.rules = rules;
    this.ids = ids;
    this.association = association;
    this.askAlways = askAlways;
  }

  /**
   * For frames that follow each other.
   *
   * @param ids gives each number once in a run; several trackers may share it
   * @param askAlways whether the models are asked about every face of every frame
   */
  public static Tracker ofVideo(Rules rules, LongSupplier ids, boolean askAlways) {
    return new Tracker(rules, ids, new Association(rules, ids), askAlways);
  }

  /**
   * For pictures that have nothing to do with each other: each face is new, no label is averaged.
   */
  public static Tracker ofStills(Rules rules, LongSupplier ids) {
    return new Tracker(rules, ids, null, true);
  }

  /** The next frame shows another scene: no face goes on, wherever the next ones are. */
  public void cut() {
    if (association != null) {
      association.cut();
    }
  }

  /**
   * Gives the detections of the next frame their tracks.
   *
   * @param timestamp nanoseconds; not before that of the last call
   * @param detections also weak ones: they carry on what strong ones began
   * @param appearances of each; empty where every face is asked about
   */
  public Sighting see(long timestamp, List<Detection> detections, List<Appearance> appearances) {
    if (association == null) {
      return stills(timestamp, detections);
    }
    List<Track> tracks = association.update(timestamp, detections);
    looked = timestamp;
    List<Sighting.Seen> seen = new ArrayList<>();
    List<Box> perhaps = new ArrayList<>();
    for (int i = 0; i < detections.size(); i++) {
      Detection detection = detections.get(i);
      Track track = tracks.get(i);
      Long id = track.id();
      Appearance appearance = appearances.isEmpty() ? null : appearances.get(i);
      boolean ask = id != null && (askAlways || due(track, timestamp, detection, appearance));
      if (ask) {
        track.asking().asked(timestamp, detection.box(), appearance);
      }
      seen.add(new Sighting.Seen(detection, track, id, ask));
      if (id == null) {
        perhaps.add(detection.box());
      }
    }
    perhaps.addAll(association.lost(timestamp));
    return new Sighting(timestamp, seen, perhaps);
  }

  private static boolean due(
      Track track, long timestamp, Detection detection, @Nullable Appearance appearance) {
    return track.asking().due(timestamp, detection.box(), appearance, track.labels().settled());
  }

  /** A picture has no past that could tell, so it needs less certainty than a video's frame. */
  private Sighting stills(long timestamp, List<Detection> detections) {
    List<Sighting.Seen> seen = new ArrayList<>();
    List<Box> perhaps = new ArrayList<>();
    for (Detection detection : detections) {
      boolean face = detection.confidence() >= rules.still();
      seen.add(new Sighting.Seen(detection, null, face ? ids.getAsLong() : null, face));
      if (!face) {
        perhaps.add(detection.box());
      }
    }
    return new Sighting(timestamp, seen, perhaps);
  }

  /**
   * The faces of a frame with their labels, by id.
   *
   * @param answers one of each model, for each face of {@link Sighting#asked}, in that order
   */
  public List<Face> label(Sighting sighting, List<List<Classification>> answers) {
    Iterator<List<Classification>> next = answers.iterator();
    List<Face> faces = new ArrayList<>();
    for (Sighting.Seen seen : sighting.seen()) {
      List<Classification> said = seen.asked() ? next.next() : List.of();
      Long id = seen.id();
      if (id != null) {
        faces.add(new Face(id, seen.detection(), labels(seen, sighting.timestamp(), said)));
      }
    }
    faces.sort(Comparator.comparingLong(Face::id));
    return faces;
  }

  private static List<Face.Label> labels(
      Sighting.Seen seen, long timestamp, List<Classification> said) {
    Track track = seen.track();
    if (track == null) {
      return LabelFilter.plain(said, seen.detection());
    }
    track.labels().update(timestamp, said, seen.detection());
    return track.labels().labels();
  }

  /**
   * The faces of a frame in which nobody looked for them, from those of the last frame in which
   * somebody did: moved on as they moved before.
   */
  public List<Face> expect(long timestamp, Size resolution) {
    List<Face> faces = new ArrayList<>();
    for (Track track : association == null ? List.<Track>of() : association.seenAt(looked)) {
      Long id = track.id();
      Detection expected = track.expect(timestamp, resolution);
      if (id != null && expected != null) {
        track.labels().update(timestamp, List.of(), null);
        faces.add(new Face(id, expected, track.labels().labels()));
      }
    }
    faces.sort(Comparator.comparingLong(Face::id));
    return faces;
  }

  /** Where else a face may be in a frame in which nobody looked. */
  public List<Box> perhaps(long timestamp) {
    return association == null ? List.of() : association.lost(timestamp);
  }

  /**
   * The faces of a frame between two in which somebody looked, after the first was labelled and
   * before the second is: between both places where a face was in both, and moved on where it was
   * in the first only.
   */
  public List<Face> between(Sighting before, Sighting after, long timestamp, Size resolution) {
    double share = share(before.timestamp(), after.timestamp(), timestamp);
    List<Face> faces = new ArrayList<>();
    for (Sighting.Seen seen : before.byId()) {
      Track track = seen.track();
      Long id = seen.id();
      if (track == null || id == null) {
        continue;
      }
      Detection other = after.of(id);
      // A face that is gone by then was there for about half of the time.
      if (other == null && share > 0.5) {
        continue;
      }
      Detection now =
          other == null ? seen.detection() : Interpolation.at(seen.detection(), other, share);
      track.labels().update(timestamp, List.of(), now);
      Box box = now.box().clip(resolution);
      if (box.area() > 0) {
        faces.add(
            new Face(
                id,
                new Detection(box, now.confidence(), now.landmarks()),
                track.labels().labels()));
      }
    }
    return faces;
  }

  private static double share(long from, long to, long at) {
    return to <= from ? 0 : Math.min(1, Math.max(0, (double) (at - from) / (to - from)));
  }
}
