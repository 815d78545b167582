package dev.mien.pipeline;

/** Why a frame of a live source was not shown. */
public enum Drop {
  /** A newer one came before anybody had time for it. */
  STALE,
  /** The run was paused. */
  PAUSED,
  /** Detector or classifier failed on it. */
  FAILED
}
