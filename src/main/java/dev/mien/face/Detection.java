package dev.mien.face;

import dev.mien.frame.Box;
import org.jspecify.annotations.Nullable;

/**
 * A face found in one frame.
 *
 * @param box where, in pixels of the frame; clipped to it and not empty
 * @param confidence the detector's score, 0..1
 * @param landmarks where the detector gives them
 */
public record Detection(Box box, double confidence, @Nullable Landmarks landmarks) {}
