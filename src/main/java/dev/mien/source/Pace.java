package dev.mien.source;

/** How the frames of a source follow each other. */
public enum Pace {
  /** They come whether one is ready or not: the newest counts, the rest is dropped and counted. */
  LIVE,
  /** They wait: every one is read. */
  RECORDED,
  /** They wait, and one has nothing to do with the next: pictures of a folder. */
  STILLS
}
