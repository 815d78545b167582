package dev.mien.detect;

import dev.mien.face.Detection;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.onnx.Device;
import dev.mien.onnx.NetworkException;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * YuNet (Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research
 * 2023), the export of March 2023 in the OpenCV Zoo.
 *
 * <p>For each cell of the grids of 8, 16 and 32 pixels the network gives a class score, an
 * objectness, a box (centre from the cell, logarithm of the size, in cells) and five points; a
 * face's score is the geometric mean of the first two.
 *
 * <p>With the one face of {@code src/demo/cap13_edit2.mp4} pasted into plain and noisy frames, a
 * working size of 640 finds it at scores of 0.85 and more from 24 pixels of height in 640x480, 48
 * in 1280x720 and 160 in 3840x2160. A face that fills the working picture scores low: of 14
 * portraits cut so that the face reaches beyond the frame, 12 were found, at a mean score of 0.59;
 * at a long side of 160 all of them, at 0.92. So where there is no face, or a huge one, the
 * detector looks once more, at 160, which costs a tenth of the first look. Larger working sizes
 * were not measured.
 */
public final class YuNetDetector implements Detector {
  private static final Logger LOG = LoggerFactory.getLogger(YuNetDetector.class);

  /** The long side of the second look. */
  private static final int SMALL = 160;

  /** Of the frame's long side: from there on a second look may know better. */
  private static final double HUGE = 0.4;

  private final DetectorSettings settings;
  private final YuNetRun run;

  private YuNetDetector(YuNetRun run, DetectorSettings settings) {
    this.run = run;
    this.settings = settings;
  }

  /**
   * Opens a network, and tries it out.
   *
   * @param name of the model, for messages
   * @param onnx the bytes of the ONNX file
   * @param device for ONNX Runtime; OpenCV runs on the CPU
   * @throws DetectorException if they are not YuNet
   * @throws NetworkException if {@link DetectorEngine#ONNXRUNTIME} or a GPU was asked for and
   *     cannot be used
   */
  public static YuNetDetector open(
      String name, byte[] onnx, DetectorSettings settings, DetectorEngine engine, Device device)
      throws DetectorException, NetworkException {
    return new YuNetDetector(run(name, onnx, engine, device), settings);
  }

  /** A network that was tried out. */
  static YuNetRun run(String name, byte[] onnx, DetectorEngine engine, Device device)
      throws DetectorException, NetworkException {
    YuNetNetwork network = network(name, onnx, engine, device);
    try {
      tryOut(name, network);
    } catch (DetectorException e) {
      network.close();
      throw e;
    }
    return new YuNetRun(network);
  }

  private static YuNetNetwork network(
      String name, byte[] onnx, DetectorEngine engine, Device device)
      throws DetectorException, NetworkException {
    if (engine != DetectorEngine.OPENCV) {
      try {
        return new OnnxYuNet(name, onnx, device);
      } catch (NetworkException e) {
        if (engine == DetectorEngine.ONNXRUNTIME || device instanceof Device.Cuda) {
          throw e;
        }
        LOG.debug("{} is computed by OpenCV: {}", name, e.getMessage());
      }
    }
    return new OpenCvYuNet(name, onnx);
  }

  /** One small black picture tells whether it is YuNet, before the first frame comes. */
  private static void tryOut(String name, YuNetNetwork network) throws DetectorException {
    int side = YuNetNetwork.LARGEST_STRIDE;
    try (Scalar black = new Scalar(0, 0, 0, 0);
        Mat canvas = new Mat(side, side, opencv_core.CV_8UC3, black)) {
      List<FloatBuffer> outputs = network.forward(canvas);
      for (int i = 0; i < outputs.size(); i++) {
        int expected = YuNetNetwork.values(i, side, side);
        int found = outputs.get(i).remaining();
        if (found != expected) {
          throw new DetectorException(
              "model '%s' is not YuNet: its output %s has %d values for %dx%d pixels, not %d"
                  .formatted(name, YuNetNetwork.OUTPUTS.get(i), found, side, side, expected));
        }
      }
    } catch (RuntimeException e) {
      throw new DetectorException(
          "model '%s' is not YuNet: expected outputs cls_8 to kps_32, found: %s"
              .formatted(name, DetectorException.reason(e)),
          e);
    }
  }

  @Override
  public List<Detection> detect(Frame frame) {
    Size size = frame.size();
    int longSide = Math.max(size.width(), size.height());
    Candidates candidates = new Candidates(size, settings);
    look(frame.image(), settings.workingSize(), 0, candidates);
    double huge = HUGE * longSide;
    boolean tooClose = Math.min(longSide, settings.workingSize()) > SMALL;
    if (tooClose && (candidates.isEmpty() || candidates.hasFaceOf(huge))) {
      look(frame.image(), SMALL, huge, candidates);
    }
    return candidates.faces();
  }

  /** Brings the picture to a long side and adds the faces of at least this size in the frame. */
  private void look(Mat image, int longSide, double leastFace, Candidates candidates) {
    double scale = Math.min(1, (double) longSide / Math.max(image.cols(), image.rows()));
    int width = Math.max(1, (int) Math.round(image.cols() * scale));
    int height = Math.max(1, (int) Math.round(image.rows() * scale));
    run.over(
        image,
        width,
        height,
        settings.score(),
        (left, top, right, bottom, score, landmarks) -> {
          if (Math.max(right - left, bottom - top) >= leastFace) {
            candidates.add(left, top, right, bottom, score, landmarks);
          }
        });
  }

  @Override
  public String engine() {
    return run.network().engine();
  }

  @Override
  public void close() {
    run.close();
  }
}
