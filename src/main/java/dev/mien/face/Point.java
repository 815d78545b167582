package dev.mien.face;

/** A place in the frame, in pixels from its left top corner. */
public record Point(double x, double y) {}
