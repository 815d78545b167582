package dev.mien.detect;

import dev.mien.face.Detection;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.model.Card;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_dnn.Image2BlobParams;
import org.bytedeco.opencv.opencv_dnn.Net;

/**
 * A single shot detector (Liu et al., ECCV 2016) that ends in a DetectionOutput layer, run by
 * OpenCV's DNN module; above all the res10 300x300 network that most tutorials use. The whole frame
 * is squeezed into the network's input, so that it misses small faces.
 *
 * <p>The output is 1 x 1 x N x 7: picture, class, score, and left, top, right, bottom as shares of
 * the frame. Every class but 0, the background, is a face. It gives no landmarks.
 */
public final class SsdDetector implements Detector {
  private static final int COLUMNS = 7;

  private final DetectorSettings settings;
  private final Net net;
  private final Card.Input input;
  private boolean closed;

  /** Whose files a network comes in: the text that describes it, and its weights. */
  public enum Format {
    CAFFE(".prototxt", ".caffemodel"),
    /** The text is the one that OpenCV's tools write. */
    TENSORFLOW(".pbtxt", ".pb");

    private final String graph;
    private final String weights;

    Format(String graph, String weights) {
      this.graph = graph;
      this.weights = weights;
    }

    /** The ending of the text's name. */
    public String graph() {
      return graph;
    }

    /** The ending of the weights' name. */
    public String weights() {
      return weights;
    }
  }

  /**
   * @param name of the model, for messages
   * @param graph the bytes of the text
   * @param weights the bytes of the weights
   * @throws DetectorException if they are not an SSD
   */
  public SsdDetector(
      String name,
      Format format,
      byte[] graph,
      byte[] weights,
      Card.Input input,
      DetectorSettings settings)
      throws DetectorException {
    this.input = input;
    this.settings = settings;
    checkText(name, format, graph);
    try (BytePointer text = new BytePointer(graph);
        BytePointer bytes = new BytePointer(weights)) {
      net =
          switch (format) {
            case CAFFE -> opencv_dnn.readNetFromCaffe(text, graph.length, bytes, weights.length);
            case TENSORFLOW ->
                opencv_dnn.readNetFromTensorflow(bytes, weights.length, text, graph.length);
          };
    } catch (RuntimeException e) {
      throw new DetectorException(
          "model '%s': its network cannot be read as %s and %s: %s"
              .formatted(name, format.graph, format.weights, DetectorException.reason(e)),
          e);
    }
    try {
      tryOut(name);
    } catch (DetectorException e) {
      close();
      throw e;
    }
  }

  /** Looks first, for OpenCV's parser says what it minds on standard error. */
  private static void checkText(String name, Format format, byte[] graph) throws DetectorException {
    int open = 0;
    for (byte b : graph) {
      open += b == '{' ? 1 : b == '}' ? -1 : 0;
      if (open < 0 || (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t')) {
        open = -1;
        break;
      }
    }
    if (open != 0 || graph.length == 0) {
      throw new DetectorException(
          "model '%s': its network cannot be read as %s and %s: the %s is no text of whole {blocks}"
              .formatted(name, format.graph, format.weights, format.graph));
    }
  }

  private void tryOut(String name) throws DetectorException {
    if (input.color() == Card.Color.GRAY) {
      throw new DetectorException(
          "model '%s': an SSD's input is bgr or rgb, found gray; change 'color' in its card"
              .formatted(name));
    }
    try (Scalar black = new Scalar(0, 0, 0, 0);
        Mat picture = new Mat(input.height(), input.width(), opencv_core.CV_8UC3, black);
        Mat output = forward(picture)) {
      int last = output.dims() == 0 ? 0 : output.size(output.dims() - 1);
      if (last != COLUMNS) {
        throw new DetectorException(
            "model '%s' is not an SSD: its output has rows of %d numbers, expected %d"
                .formatted(name, last, COLUMNS));
      }
    } catch (RuntimeException e) {
      throw new DetectorException(
          "model '%s' does not run on the input of its card, %dx%d: %s"
              .formatted(name, input.width(), input.height(), DetectorException.reason(e)),
          e);
    }
  }

  @Override
  public List<Detection> detect(Frame frame) {
    Size size = frame.size();
    Candidates candidates = new Candidates(size, settings);
    try (Mat output = forward(frame.image())) {
      FloatBuffer rows = output.createBuffer();
      for (int at = 0; at + COLUMNS <= rows.remaining(); at += COLUMNS) {
        if (rows.get(at + 1) != 0) {
          candidates.add(
              (double) rows.get(at + 3) * size.width(),
              (double) rows.get(at + 4) * size.height(),
              (double) rows.get(at + 5) * size.width(),
              (double) rows.get(at + 6) * size.height(),
              rows.get(at + 2),
              null);
        }
      }
    }
    return candidates.faces();
  }

  /** OpenCV takes the mean from the raw value and scales then; the card says it in other order. */
  private Mat forward(Mat picture) {
    double[] factor = new double[3];
    double[] mean = new double[3];
    for (int i = 0; i < factor.length; i++) {
      factor[i] = input.scale() / input.std().get(i);
      mean[i] = input.mean().get(i) / input.scale();
    }
    try (Scalar factors = new Scalar(factor[0], factor[1], factor[2], 1);
        Scalar means = new Scalar(mean[0], mean[1], mean[2], 0);
        org.bytedeco.opencv.opencv_core.Size target =
            new org.bytedeco.opencv.opencv_core.Size(input.width(), input.height());
        Image2BlobParams params = new Image2BlobParams(factors)) {
      params.size(target).mean(means).swapRB(input.color() == Card.Color.RGB);
      try (Mat blob = opencv_dnn.blobFromImageWithParams(picture, params)) {
        net.setInput(blob);
        return net.forward();
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      net.close();
    }
  }
}
