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

public final class YuNetDetector implements Detector {
  private static final int[] STRIDES = {8, 16, 32};
  private static final String[] OUTPUTS = {
    "cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32",
    "bbox_8", "bbox_16", "bbox_32", "kps_8", "kps_16", "kps_32"
  };

  private final DetectorSettings settings;
  private final Net net;
  private final StringVector names = new StringVector(OUTPUTS);

  public YuNetDetector(byte[] network, DetectorSettings settings) throws DetectorException {
    this.settings = settings;
    try (BytePointer bytes = new BytePointer(network)) {
      net = opencv_dnn.readNetFromONNX(bytes, network.length);
    } catch (RuntimeException e) {
      throw new DetectorException("x", e);
    }
  }

  public List<Detection> pass(Frame frame, int longSide) {
    Candidates c = new Candidates(frame.size(), settings);
    look(frame, longSide, c);
    return c.faces();
  }

  @Override
  public List<Detection> detect(Frame frame) {
    return pass(frame, settings.workingSize());
  }

  private void look(Frame frame, int longSide, Candidates candidates) {
    Size size = frame.size();
    double scale = Math.min(1, (double) longSide / Math.max(size.width(), size.height()));
    int width = Math.max(1, (int) Math.round(size.width() * scale));
    int height = Math.max(1, (int) Math.round(size.height() * scale));
    int canvasWidth = (width + 31) / 32 * 32;
    int canvasHeight = (height + 31) / 32 * 32;
    try (Scalar black = new Scalar(0, 0, 0, 0);
        Mat canvas = new Mat(canvasHeight, canvasWidth, opencv_core.CV_8UC3, black);
        Rect place = new Rect(0, 0, width, height);
        Mat picture = new Mat(canvas, place);
        org.bytedeco.opencv.opencv_core.Size target =
            new org.bytedeco.opencv.opencv_core.Size(width, height);
        Mat blob = new Mat();
        MatVector outputs = new MatVector()) {
      opencv_imgproc.resize(frame.image(), picture, target, 0, 0, opencv_imgproc.INTER_LINEAR);
      opencv_dnn.blobFromImage(canvas, blob);
      net.setInput(blob);
      net.forward(outputs, names);
      double back_x = (double) size.width() / width;
      double back_y = (double) size.height() / height;
      for (int i = 0; i < 3; i++) {
        decode(
            outputs,
            i,
            canvasWidth / STRIDES[i],
            canvasHeight / STRIDES[i],
            back_x,
            back_y,
            candidates);
      }
    }
  }

  private void decode(
      MatVector outputs,
      int level,
      int columns,
      int rows,
      double fx,
      double fy,
      Candidates candidates) {
    try (Mat clsMat = outputs.get(level);
        Mat objMat = outputs.get(level + 3);
        Mat boxMat = outputs.get(level + 6);
        Mat kpsMat = outputs.get(level + 9)) {
      FloatBuffer cls = clsMat.createBuffer();
      FloatBuffer obj = objMat.createBuffer();
      FloatBuffer box = boxMat.createBuffer();
      FloatBuffer kps = kpsMat.createBuffer();
      int stride = STRIDES[level];
      double least = settings.score() * settings.score();
      for (int i = 0; i < columns * rows; i++) {
        double squared =
            Math.min(Math.max(cls.get(i), 0), 1) * Math.min(Math.max(obj.get(i), 0), 1);
        if (squared < least) {
          continue;
        }
        int column = i % columns;
        int row = i / columns;
        double x = (column + box.get(4 * i)) * stride * fx;
        double y = (row + box.get(4 * i + 1)) * stride * fy;
        double w = Math.exp(box.get(4 * i + 2)) * stride * fx;
        double h = Math.exp(box.get(4 * i + 3)) * stride * fy;
        Point[] p = new Point[5];
        for (int k = 0; k < 5; k++) {
          p[k] =
              new Point(
                  (column + kps.get(10 * i + 2 * k)) * stride * fx,
                  (row + kps.get(10 * i + 2 * k + 1)) * stride * fy);
        }
        candidates.add(
            x - w / 2,
            y - h / 2,
            x + w / 2,
            y + h / 2,
            Math.sqrt(squared),
            new Landmarks(p[0], p[1], p[2], p[3], p[4]));
      }
    }
  }

  @Override
  public void close() {
    net.close();
    names.close();
  }
}
