package dev.mien.classify;

import static org.bytedeco.opencv.global.opencv_core.BORDER_REPLICATE;
import static org.bytedeco.opencv.global.opencv_core.copyMakeBorder;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_BGR2GRAY;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import dev.mien.crop.FaceTensor;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.model.Card;
import dev.mien.onnx.Network;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * ShotDetector faces out of frames and writes them into a tensor's memory, as a card wants them:
 * the box, clipped to the frame; grown by the margin; brought to the input's proportions; corners
 * rounded to whole pixels; what lies outside the frame filled with its nearest pixel (a black edge
 * is a feature to a network, a repeated one hardly is); resized in bytes, by area when it shrinks
 * and linearly when it grows; and only then turned into floats. For one thread at a time.
 */
public final class Cutter implements AutoCloseable {
  private final Card.Input input;
  private final Size size;
  private final Mat padded = new Mat();
  private final Mat small = new Mat();
  private final Mat gray = new Mat();
  private final FaceTensor values;

  public Cutter(Card.Input input) {
    this.input = input;
    this.size = new Size(input.width(), input.height());
    this.values = new FaceTensor(input);
  }

  /** Numbers in the tensor of one face. */
  public int floats() {
    return input.width() * input.height() * input.color().channels();
  }

  /** Memory for so many faces, in whole batches where the network's batch is fixed. */
  FloatBuffer tensor(int faces, Network network) {
    int batch = (int) Math.max(1, network.input().shape().get(0));
    int items = (faces + batch - 1) / batch * batch;
    return ByteBuffer.allocateDirect(items * floats() * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Whether any of the box lies in the frame: nothing can be said of the others. */
  static boolean visible(Crop crop) {
    return !(crop.box().clip(crop.frame().size()).area() <= 0);
  }

  /** Writes a visible face as the item of that index. */
  public void cut(Crop crop, FloatBuffer tensor, int index) {
    Frame frame = crop.frame();
    Box box = proportioned(crop.box().clip(frame.size()).expand(input.margin()));
    int left = (int) Math.round(box.x());
    int top = (int) Math.round(box.y());
    int right = Math.max(left + 1, (int) Math.round(box.right()));
    int bottom = Math.max(top + 1, (int) Math.round(box.bottom()));
    int width = frame.size().width();
    int height = frame.size().height();
    // A face of less than a pixel at the far edge still has the pixel beside it.
    int x0 = Math.min(Math.max(left, 0), width - 1);
    int y0 = Math.min(Math.max(top, 0), height - 1);
    int x1 = Math.max(x0 + 1, Math.min(right, width));
    int y1 = Math.max(y0 + 1, Math.min(bottom, height));
    try (Rect inside = new Rect(x0, y0, x1 - x0, y1 - y0);
        Mat region = new Mat(frame.image(), inside)) {
      if (left >= x0 && top >= y0 && right <= x1 && bottom <= y1) {
        write(region, tensor, index);
      } else {
        copyMakeBorder(
            region,
            padded,
            Math.max(0, y0 - top),
            Math.max(0, bottom - y1),
            Math.max(0, x0 - left),
            Math.max(0, right - x1),
            BORDER_REPLICATE);
        write(padded, tensor, index);
      }
    }
  }

  private Box proportioned(Box box) {
    if (input.fit() == Card.Fit.STRETCH) {
      return box;
    }
    double scale = Math.max(box.width() / input.width(), box.height() / input.height());
    double width = scale * input.width();
    double height = scale * input.height();
    return new Box(box.centerX() - width / 2, box.centerY() - height / 2, width, height);
  }

  /** Writes a whole picture (8 bit BGR) as the item of that index. */
  public void write(Mat picture, FloatBuffer tensor, int index) {
    boolean shrinks = picture.cols() >= input.width() && picture.rows() >= input.height();
    resize(picture, small, size, 0, 0, shrinks ? INTER_AREA : INTER_LINEAR);
    if (input.color() == Card.Color.GRAY) {
      cvtColor(small, gray, COLOR_BGR2GRAY);
    }
    values.write(input.color() == Card.Color.GRAY ? gray : small, tensor, index);
  }

  @Override
  public void close() {
    size.close();
    padded.close();
    small.close();
    gray.close();
    values.close();
  }
}
