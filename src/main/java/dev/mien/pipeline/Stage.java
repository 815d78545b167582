package dev.mien.pipeline;

/** The steps that a frame takes, for timings. */
public enum Stage {
  READ,
  DETECT,
  CLASSIFY,
  TRACK,
  ANNOTATE
}
