package dev.mien.detect;

import java.util.Locale;

/** Who computes a detector's network. */
public enum DetectorEngine {
  /** ONNX Runtime for YuNet where it can be loaded, OpenCV for everything else. */
  AUTO,
  /** OpenCV's DNN module: the reference; it runs every detector, on the CPU. */
  OPENCV,
  /** ONNX Runtime: YuNet only, in half of the time, on the CPU or a GPU. */
  ONNXRUNTIME;

  /**
   * Reads {@code auto}, {@code opencv} or {@code onnxruntime}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static DetectorEngine parse(String text) {
    for (DetectorEngine engine : values()) {
      if (engine.toString().equals(text)) {
        return engine;
      }
    }
    throw new IllegalArgumentException(
        "engine is auto, opencv or onnxruntime, found '" + text + "'");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
