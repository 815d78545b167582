package dev.mien.pipeline;

/**
 * Frames come, and none is observed.
 *
 * @param reason of the last one
 * @param nanos since the first one that was lost after the last observation
 */
public record Loss(Drop reason, long nanos) {}
