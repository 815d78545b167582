package dev.mien.face;

/** Five points of a face. Right and left are the person's own. */
public record Landmarks(
    Point rightEye, Point leftEye, Point nose, Point rightMouth, Point leftMouth) {}
