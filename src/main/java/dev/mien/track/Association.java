package dev.mien.track;

import dev.mien.face.Detection;
import dev.mien.frame.Box;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives detections over time their tracks, in two steps as ByteTrack does (Zhang et al., ECCV 2022,
 * arXiv 2110.06864): confident detections choose first, then weak ones may go on with what is left,
 * so that a face that turns away keeps its track while a weak detection alone starts none that is
 * shown. A track moves on at constant velocity between its detections.
 */
final class Association {
  /** A box that moved by less than this share of its size is the same face even without overlap. */
  private static final double REACH = 0.7;

  /** Between two frames no face grows or shrinks by more. */
  private static final double GROWTH = 2.0;

  private final Rules rules;
  private final LongSupplier ids;
  private final List<Track> tracks = new ArrayList<>();

  private record Pair(Track track, int detection, double likeness) {}

  Association(Rules rules, LongSupplier ids) {
    this.rules = rules;
    this.ids = ids;
  }

  /**
   * The track of each detection, in their order.
   *
   * @param timestamp nanoseconds; not before that of the last call
   */
  List<Track> update(long timestamp, List<Detection> detections) {
    tracks.removeIf(t -> timestamp - t.last() > rules.memory().toNanos());
    List<@Nullable Track> result = new ArrayList<>();
    detections.forEach(d -> result.add(null));
    Set<Track> free = new HashSet<>(tracks);
    match(timestamp, detections, free, result, true);
    match(timestamp, detections, free, result, false);
    List<Track> seen = new ArrayList<>();
    for (int i = 0; i < detections.size(); i++) {
      Detection detection = detections.get(i);
      Track track = result.get(i);
      if (track == null) {
        track = new Track(detection, timestamp, new LabelFilter(rules));
        tracks.add(track);
      } else {
        track.see(detection, timestamp);
      }
      if (track.id() == null && believable(track, detection)) {
        track.believe(ids.getAsLong());
      }
      seen.add(track);
    }
    return seen;
  }

  /** Where the faces that were reported, and not seen this time, were last and should be now. */
  List<Box> lost(long timestamp) {
    return tracks.stream()
        .filter(t -> t.last() < timestamp && t.id() != null)
        .flatMap(t -> Stream.of(t.box(), t.predict(timestamp)))
        .toList();
  }

  /** Ends all tracks. */
  void cut() {
    tracks.clear();
  }

  /** Those that were seen at this time, the last one of an update. */
  List<Track> seenAt(long timestamp) {
    return tracks.stream().filter(t -> t.last() == timestamp).toList();
  }

  private boolean believable(Track track, Detection detection) {
    return detection.confidence() >= rules.sure()
        || (track.age() >= rules.patience().toNanos() && track.meanScore() >= rules.likely());
  }

  private void match(
      long timestamp,
      List<Detection> detections,
      Set<Track> free,
      List<@Nullable Track> result,
      boolean confident) {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < detections.size(); i++) {
      Detection detection = detections.get(i);
      if (result.get(i) != null || detection.confidence() >= rules.likely() != confident) {
        continue;
      }
      for (Track track : tracks) {
        double likeness = likeness(track.predict(timestamp), detection.box());
        if (likeness > 0 && free.contains(track)) {
          pairs.add(new Pair(track, i, likeness));
        }
      }
    }
    pairs.sort(Comparator.comparingDouble(Pair::likeness).reversed());
    for (Pair pair : pairs) {
      if (result.get(pair.detection()) == null && free.remove(pair.track())) {
        result.set(pair.detection(), pair.track());
      }
    }
  }

  /** 0: cannot be the same; up to 1 for the near without overlap; above it for the overlapping. */
  private static double likeness(Box expected, Box found) {
    double side = Math.max(expected.width(), expected.height());
    double foundSide = Math.max(found.width(), found.height());
    if (side > GROWTH * foundSide || foundSide > GROWTH * side) {
      return 0;
    }
    double overlap = expected.iou(found);
    if (overlap > 0.1) {
      return 1 + overlap;
    }
    double distance =
        Math.hypot(expected.centerX() - found.centerX(), expected.centerY() - found.centerY());
    return Math.max(0, 1 - distance / (REACH * side));
  }
}
