package dev.mien.crop;

import static org.bytedeco.opencv.global.opencv_core.CV_32F;
import static org.bytedeco.opencv.global.opencv_core.CV_32FC3;
import static org.bytedeco.opencv.global.opencv_core.extractChannel;
import static org.bytedeco.opencv.global.opencv_core.insertChannel;
import static org.bytedeco.opencv.global.opencv_core.meanStdDev;
import static org.bytedeco.opencv.global.opencv_core.merge;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_BGR2YCrCb;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_YCrCb2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.equalizeHist;

import dev.mien.model.Card;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;

/**
 * Turns the pixels of a cut face into a network's numbers, as a card wants them: contrast, scale,
 * mean, deviation, order of channels and layout. The one place where that is done: live, in
 * training and in measuring. For one thread at a time.
 */
public final class FaceTensor implements AutoCloseable {
  /** A flatter cut is not stretched as far: it would show the noise of the camera. */
  private static final double FLATTEST = 8;

  /** Mean and deviation of a standardized cut, on the scale of 0..255. */
  private static final double MIDDLE = 127.5;

  private static final double SPREAD = 64;

  private final Card.Input input;
  private final Mat equal = new Mat();
  private final Mat luma = new Mat();
  private final Mat channel = new Mat();
  private final Mat mean = new Mat();
  private final Mat deviation = new Mat();
  private final Mat[] planes = {new Mat(), new Mat(), new Mat()};

  /**
   * @param input its size does not count: the cut's does
   */
  public FaceTensor(Card.Input input) {
    this.input = input;
  }

  /**
   * Writes a cut as the item of that index.
   *
   * @param cut 8 bit; gray where the card's colour is, else BGR; not changed
   * @param tensor direct
   */
  public void write(Mat cut, FloatBuffer tensor, int index) {
    Mat picture = cut;
    double stretch = 1;
    double shift = 0;
    switch (input.contrast()) {
      case NONE -> {}
      case EQUALIZED -> picture = equalized(cut);
      case STANDARDIZED -> {
        double[] spread = spread(cut);
        stretch = SPREAD / Math.max(FLATTEST, spread[1]);
        shift = MIDDLE - stretch * spread[0];
      }
    }
    int channels = input.color().channels();
    int plane = cut.cols() * cut.rows();
    // FloatPointer.position() would be taken for bytes by Mat; getPointer() counts in floats.
    try (FloatPointer memory = new FloatPointer(tensor.duplicate().clear());
        FloatPointer item = memory.getPointer((long) index * channels * plane)) {
      if (input.layout() == Card.Layout.NCHW || channels == 1) {
        for (int c = 0; c < channels; c++) {
          try (FloatPointer at = item.getPointer((long) c * plane);
              Mat target = new Mat(cut.rows(), cut.cols(), CV_32F, at)) {
            convert(picture, c, stretch, shift, target);
          }
        }
      } else {
        for (int c = 0; c < channels; c++) {
          convert(picture, c, stretch, shift, planes[c]);
        }
        try (MatVector all = new MatVector(planes);
            Mat target = new Mat(cut.rows(), cut.cols(), CV_32FC3, item)) {
          merge(all, target);
        }
      }
    }
  }

  private void convert(Mat picture, int index, double stretch, double shift, Mat target) {
    double std = input.std().get(index);
    double alpha = input.scale() * stretch / std;
    double beta = (input.scale() * shift - input.mean().get(index)) / std;
    if (input.color() == Card.Color.GRAY) {
      picture.convertTo(target, CV_32F, alpha, beta);
    } else {
      extractChannel(picture, channel, input.color() == Card.Color.BGR ? index : 2 - index);
      channel.convertTo(target, CV_32F, alpha, beta);
    }
  }

  /** The same lightness everywhere in the histogram; colours keep their hue. */
  private Mat equalized(Mat cut) {
    if (input.color() == Card.Color.GRAY) {
      equalizeHist(cut, equal);
      return equal;
    }
    cvtColor(cut, equal, COLOR_BGR2YCrCb);
    extractChannel(equal, luma, 0);
    equalizeHist(luma, luma);
    insertChannel(luma, equal, 0);
    cvtColor(equal, equal, COLOR_YCrCb2BGR);
    return equal;
  }

  /** Mean and standard deviation of all values, the channels taken together. */
  private double[] spread(Mat cut) {
    meanStdDev(cut, mean, deviation);
    DoubleBuffer means = mean.createBuffer();
    DoubleBuffer deviations = deviation.createBuffer();
    int channels = cut.channels();
    double all = 0;
    double squares = 0;
    for (int c = 0; c < channels; c++) {
      all += means.get(c) / channels;
      squares += (deviations.get(c) * deviations.get(c) + means.get(c) * means.get(c)) / channels;
    }
    return new double[] {all, Math.sqrt(Math.max(0, squares - all * all))};
  }

  @Override
  public void close() {
    equal.close();
    luma.close();
    channel.close();
    mean.close();
    deviation.close();
    for (Mat plane : planes) {
      plane.close();
    }
  }
}
