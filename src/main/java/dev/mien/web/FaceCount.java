package dev.mien.web;

/**
 * How many faces of a camera's newest frame have a label.
 *
 * @param task what the label answers; empty for the faces that have none
 */
public record FaceCount(String camera, String task, String label, long faces) {}
