package dev.mien.detect;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.StringVector;
import org.bytedeco.opencv.opencv_dnn.Net;

/** YuNet computed by OpenCV's DNN module. */
final class OpenCvYuNet implements YuNetNetwork {
  private final List<Planned> nets = new ArrayList<>();
  private final StringVector names = new StringVector();
  private final MatVector outputs = new MatVector();
  private final Mat blob = new Mat();
  private int latest;
  private boolean closed;

  /** A net plans its layers anew for each other size, which costs more than the look itself. */
  private static final class Planned {
    private final Net net;
    private int rows;
    private int columns;

    Planned(Net net) {
      this.net = net;
    }
  }

  OpenCvYuNet(String name, byte[] network) throws DetectorException {
    OUTPUTS.forEach(names::push_back);
    try (BytePointer bytes = new BytePointer(network)) {
      for (int i = 0; i < 2; i++) {
        nets.add(new Planned(opencv_dnn.readNetFromONNX(bytes, network.length)));
      }
    } catch (RuntimeException e) {
      close();
      throw new DetectorException(
          "model '%s': its network cannot be read as ONNX: %s"
              .formatted(name, DetectorException.reason(e)),
          e);
    }
  }

  @Override
  public List<FloatBuffer> forward(Mat picture) {
    Net net = planned(picture.rows(), picture.cols());
    opencv_dnn.blobFromImage(picture, blob);
    net.setInput(blob);
    net.forward(outputs, names);
    List<FloatBuffer> values = new ArrayList<>(OUTPUTS.size());
    for (int i = 0; i < outputs.size(); i++) {
      try (Mat output = outputs.get(i)) {
        values.add(output.createBuffer());
      }
    }
    return values;
  }

  /** The one that ran this size before, or the one that was not the last to run. */
  private Net planned(int rows, int columns) {
    for (int i = 0; i < nets.size(); i++) {
      if (nets.get(i).rows == rows && nets.get(i).columns == columns) {
        latest = i;
        return nets.get(i).net;
      }
    }
    latest = 1 - latest;
    Planned other = nets.get(latest);
    other.rows = rows;
    other.columns = columns;
    return other.net;
  }

  @Override
  public String engine() {
    return DetectorEngine.OPENCV.toString();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      nets.forEach(n -> n.net.close());
      names.close();
      outputs.close();
      blob.close();
    }
  }
}
