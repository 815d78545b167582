package dev.mien.frame;

import com.google.errorprone.annotations.MustBeClosed;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.OpenCVFrameConverter;

/** The face of the demo's clip, in one frame of it. */
public final class DemoFace {
  private static final int FRAME = 60;

  /** Where it is in that frame, by eye: brow to chin. */
  public static final Box BOX = new Box(161, 110, 88, 128);

  private DemoFace() {}

  /** The clip's 60th frame, 400×300. */
  @MustBeClosed
  public static Frame frame() throws Exception {
    try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber("src/demo/cap13_edit2.mp4");
        OpenCVFrameConverter.ToMat converter = new OpenCVFrameConverter.ToMat()) {
      grabber.start();
      for (int i = 1; i < FRAME; i++) {
        grabber.grabImage();
      }
      return new Frame(0, 0, converter.convert(grabber.grabImage()).clone());
    }
  }
}
