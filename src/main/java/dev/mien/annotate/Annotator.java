package dev.mien.annotate;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;

/** Draws on a frame. A list of annotators draws one after the other. */
@FunctionalInterface
public interface Annotator {
  void annotate(Frame frame, Observation observation);
}
