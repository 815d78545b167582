package dev.mien.detect;

import dev.mien.face.Detection;
import dev.mien.frame.Frame;
import java.util.List;

/** Finds the faces of a frame. For one thread at a time. */
public interface Detector extends AutoCloseable {
  /** Most confident first; boxes clipped to the frame, none empty. */
  List<Detection> detect(Frame frame);

  /**
   * What computes it: {@code opencv} or {@code onnxruntime}, and on which GPU, if on one: {@code
   * onnxruntime on cuda:0}.
   */
  default String engine() {
    return DetectorEngine.OPENCV.toString();
  }

  /** Closing twice is safe; nothing is thrown. */
  @Override
  void close();
}
