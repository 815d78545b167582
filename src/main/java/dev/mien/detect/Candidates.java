package dev.mien.detect;

import dev.mien.face.Detection;
import dev.mien.face.Landmarks;
import dev.mien.frame.Box;
import dev.mien.frame.Size;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a network says of one frame, on its way to detections: the same for every network. */
final class Candidates {
  /** No face is this many times as wide as high, or as high as wide; a network in error says so. */
  private static final double MOST_STRETCHED = 3;

  private final Size frame;
  private final DetectorSettings settings;
  private final List<Detection> found = new ArrayList<>();

  Candidates(Size frame, DetectorSettings settings) {
    this.frame = frame;
    this.settings = settings;
  }

  /** Takes what may be a face, in pixels of the frame; what cannot be one is dropped. */
  void add(
      double left,
      double top,
      double right,
      double bottom,
      double score,
      @Nullable Landmarks landmarks) {
    double width = right - left;
    double height = bottom - top;
    boolean box = Double.isFinite(left + top + width + height) && width > 0 && height > 0;
    if (!box
        || !(score >= settings.score())
        || width > MOST_STRETCHED * height
        || height > MOST_STRETCHED * width) {
      return;
    }
    Box inside = new Box(left, top, width, height).clip(frame);
    if (Math.min(inside.width(), inside.height()) >= settings.minimumFace()) {
      found.add(new Detection(inside, Math.min(score, 1), landmarks));
    }
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Whether a face has a side of at least this many pixels of the frame. */
  boolean hasFaceOf(double side) {
    return found.stream().anyMatch(f -> Math.max(f.box().width(), f.box().height()) >= side);
  }

  /** One box a face (greedy non-maximum suppression), most confident first. */
  List<Detection> faces() {
    found.sort(Comparator.comparingDouble(Detection::confidence).reversed());
    List<Detection> faces = new ArrayList<>();
    for (Detection next : found) {
      if (faces.size() == settings.mostFaces()) {
        break;
      }
      if (faces.stream().noneMatch(f -> f.box().iou(next.box()) > settings.overlap())) {
        faces.add(next);
      }
    }
    return List.copyOf(faces);
  }
}
