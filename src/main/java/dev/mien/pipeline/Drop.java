package dev.mien.pipeline;

/** Why a frame of a live source was not shown. */
public enum Drop {
  /** A newer one came before anybody had time for it. */
  STALE("a newer one came before there was time"),
  /** It was older than its source's age limit before it was observed. */
  LATE("older than the age limit before it was done"),
  /** The run was paused. */
  PAUSED("the run was paused"),
  /** Detector or classifier failed on it. */
  FAILED("detector or classifier failed");

  private final String words;

  Drop(String words) {
    this.words = words;
  }

  public String inWords() {
    return words;
  }
}
