package dev.mien.classify;

import dev.mien.frame.Box;
import dev.mien.frame.Frame;

/**
 * A face in a frame, to be cut out as each model's card wants it.
 *
 * @param frame lent until the call that takes the crop returns
 * @param box of the face, without any margin
 */
public record Crop(Frame frame, Box box) {}
