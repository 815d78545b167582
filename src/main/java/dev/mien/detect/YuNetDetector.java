package dev.mien.detect;

import dev.mien.face.Detection;
import dev.mien.face.Landmarks;
import dev.mien.face.Point;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.StringVector;
import org.bytedeco.opencv.opencv_dnn.Net;

/**
 * YuNet (Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research
 * 2023), the export of March 2023 in the OpenCV Zoo, run by OpenCV's DNN module.
 *
 * <p>The network takes 1 x 3 x height x width, BGR, 0..255, both sides multiples of 32. For each
 * cell of the grids of 8, 16 and 32 pixels it gives a class score, an objectness, a box (centre
 * from the cell, logarithm of the size, in cells) and five points; a face's score is the geometric
 * mean of the first two.
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
  private static final int[] STRIDES = {8, 16, 32};
  private static final int LARGEST_STRIDE = 32;
  private static final List<String> PARTS = List.of("cls", "obj", "bbox", "kps");

  /** Values of each part for one cell. */
  private static final int[] DEPTHS = {1, 1, 4, 10};

  /** The long side of the second look. */
  private static final int SMALL = 160;

  /** Of the frame's long side: from there on a second look may know better. */
  private static final double HUGE = 0.4;

  private final DetectorSettings settings;
  private final Net net;
  // A net plans its layers anew for each other size, which costs more than the look itself.
  private final Net smallNet;
  private final StringVector outputNames;
  private boolean closed;

  /**
   * @param name of the model, for messages
   * @param network the bytes of the ONNX file
   * @throws DetectorException if they are not YuNet
   */
  public YuNetDetector(String name, byte[] network, DetectorSettings settings)
      throws DetectorException {
    this.settings = settings;
    try (BytePointer bytes = new BytePointer(network)) {
      net = opencv_dnn.readNetFromONNX(bytes, network.length);
      smallNet = opencv_dnn.readNetFromONNX(bytes, network.length);
    } catch (RuntimeException e) {
      throw new DetectorException(
          "model '%s': its network cannot be read as ONNX: %s"
              .formatted(name, DetectorException.reason(e)),
          e);
    }
    outputNames = new StringVector();
    for (String part : PARTS) {
      for (int stride : STRIDES) {
        outputNames.push_back(part + "_" + stride);
      }
    }
    try {
      tryOut(name);
    } catch (DetectorException e) {
      close();
      throw e;
    }
  }

  /** One small black picture tells whether it is YuNet, before the first frame comes. */
  private void tryOut(String name) throws DetectorException {
    try (Scalar black = new Scalar(0, 0, 0, 0);
        Mat canvas = new Mat(LARGEST_STRIDE, LARGEST_STRIDE, opencv_core.CV_8UC3, black);
        MatVector outputs = new MatVector()) {
      forward(net, canvas, outputs);
      for (int i = 0; i < outputs.size(); i++) {
        int cells = LARGEST_STRIDE / STRIDES[i % STRIDES.length];
        long expected = (long) cells * cells * DEPTHS[i / STRIDES.length];
        try (Mat output = outputs.get(i)) {
          if (output.total() != expected) {
            throw new DetectorException(
                "model '%s' is not YuNet: its output %s has %d values for 32x32 pixels, not %d"
                    .formatted(name, outputNames.get(i).getString(), output.total(), expected));
          }
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
    look(net, frame.image(), settings.workingSize(), 0, candidates);
    double huge = HUGE * longSide;
    boolean tooClose = Math.min(longSide, settings.workingSize()) > SMALL;
    if (tooClose && (candidates.isEmpty() || candidates.hasFaceOf(huge))) {
      look(smallNet, frame.image(), SMALL, huge, candidates);
    }
    return candidates.faces();
  }

  /** Brings the picture to a long side and adds the faces of at least this size in the frame. */
  private void look(Net network, Mat image, int longSide, double leastFace, Candidates candidates) {
    Size size = new Size(image.cols(), image.rows());
    double scale = Math.min(1, (double) longSide / Math.max(size.width(), size.height()));
    int width = Math.max(1, (int) Math.round(size.width() * scale));
    int height = Math.max(1, (int) Math.round(size.height() * scale));
    try (Scalar black = new Scalar(0, 0, 0, 0);
        Mat canvas = new Mat(padded(height), padded(width), opencv_core.CV_8UC3, black);
        Rect place = new Rect(0, 0, width, height);
        Mat picture = new Mat(canvas, place);
        org.bytedeco.opencv.opencv_core.Size target = picture.size();
        MatVector outputs = new MatVector()) {
      opencv_imgproc.resize(image, picture, target, 0, 0, opencv_imgproc.INTER_LINEAR);
      forward(network, canvas, outputs);
      // Width and height were rounded each for itself, so each has its own way back.
      double scaleX = (double) size.width() / width;
      double scaleY = (double) size.height() / height;
      for (int level = 0; level < STRIDES.length; level++) {
        int columns = canvas.cols() / STRIDES[level];
        decode(
            outputs,
            level,
            columns,
            STRIDES[level] * scaleX,
            STRIDES[level] * scaleY,
            leastFace,
            candidates);
      }
    }
  }

  private static int padded(int side) {
    return (side + LARGEST_STRIDE - 1) / LARGEST_STRIDE * LARGEST_STRIDE;
  }

  private void forward(Net network, Mat canvas, MatVector outputs) {
    try (Mat blob = new Mat()) {
      opencv_dnn.blobFromImage(canvas, blob);
      network.setInput(blob);
      network.forward(outputs, outputNames);
    }
  }

  /** A cell is {@code cellX} x {@code cellY} pixels of the frame. */
  private void decode(
      MatVector outputs,
      int level,
      int columns,
      double cellX,
      double cellY,
      double leastFace,
      Candidates candidates) {
    int levels = STRIDES.length;
    try (Mat classes = outputs.get(level);
        Mat objects = outputs.get(level + levels);
        Mat boxes = outputs.get(level + 2L * levels);
        Mat points = outputs.get(level + 3L * levels)) {
      FloatBuffer cls = classes.createBuffer();
      FloatBuffer obj = objects.createBuffer();
      FloatBuffer box = boxes.createBuffer();
      FloatBuffer kps = points.createBuffer();
      double least = settings.score() * settings.score();
      int cells = cls.remaining();
      for (int i = 0; i < cells; i++) {
        double squared = share(cls.get(i)) * share(obj.get(i));
        if (!(squared >= least)) {
          continue;
        }
        int column = i % columns;
        int row = i / columns;
        double centerX = (column + box.get(4 * i)) * cellX;
        double centerY = (row + box.get(4 * i + 1)) * cellY;
        double halfWidth = Math.exp(box.get(4 * i + 2)) * cellX / 2;
        double halfHeight = Math.exp(box.get(4 * i + 3)) * cellY / 2;
        if (2 * Math.max(halfWidth, halfHeight) < leastFace) {
          continue;
        }
        Point[] p = new Point[5];
        for (int k = 0; k < p.length; k++) {
          int at = 10 * i + 2 * k;
          p[k] = new Point((column + kps.get(at)) * cellX, (row + kps.get(at + 1)) * cellY);
        }
        candidates.add(
            centerX - halfWidth,
            centerY - halfHeight,
            centerX + halfWidth,
            centerY + halfHeight,
            Math.sqrt(squared),
            new Landmarks(p[0], p[1], p[2], p[3], p[4]));
      }
    }
  }

  private static double share(float value) {
    return Math.min(Math.max(value, 0), 1);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      net.close();
      smallNet.close();
      outputNames.close();
    }
  }
}
