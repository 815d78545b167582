package dev.mien.annotate;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;

/** Draws on a frame. A list of annotators draws one after the other. */
@FunctionalInterface
public interface Annotator {
  void annotate(Frame frame, Observation observation);

  /** Whether it needs to know of every face at once, so that every frame is looked at. */
  default boolean needsEveryFace() {
    return false;
  }
}
