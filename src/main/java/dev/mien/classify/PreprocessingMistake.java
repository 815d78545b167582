package dev.mien.classify;

import dev.mien.model.Card;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * One way in which pictures often reach a network other than it was trained on: the space is small.
 *
 * @param name what would have to be so that the answers are right
 * @param input what the card would say then
 * @param pixels what would happen to the picture before
 */
record PreprocessingMistake(String name, Card.Input input, Pixels pixels) {
  /** What becomes of a picture, 8 bit BGR, before it is cut. */
  enum Pixels {
    AS_THEY_ARE,
    EXCHANGED,
    GRAY;

    /** The changed picture, for the caller to close. */
    Mat of(Mat picture) {
      Mat changed = new Mat();
      switch (this) {
        case AS_THEY_ARE -> picture.copyTo(changed);
        case EXCHANGED -> opencv_imgproc.cvtColor(picture, changed, opencv_imgproc.COLOR_BGR2RGB);
        case GRAY -> {
          try (Mat gray = new Mat(picture.rows(), picture.cols(), opencv_core.CV_8UC1)) {
            opencv_imgproc.cvtColor(picture, gray, opencv_imgproc.COLOR_BGR2GRAY);
            opencv_imgproc.cvtColor(gray, changed, opencv_imgproc.COLOR_GRAY2BGR);
          }
        }
      }
      return changed;
    }
  }

  /** The mean and standard deviation of ImageNet's pictures, red, green, blue, of 0..1. */
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);

  private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

  /** No mistake at all. */
  static PreprocessingMistake none(Card.Input input) {
    return new PreprocessingMistake("", input, Pixels.AS_THEY_ARE);
  }

  /**
   * The single mistakes that may stand between this card and its network.
   *
   * @param layouts whether the network takes either layout, so that its shape does not tell
   */
  static List<PreprocessingMistake> known(Card.Input input, boolean layouts) {
    List<PreprocessingMistake> known = new ArrayList<>();
    if (input.color() == Card.Color.GRAY) {
      known.add(
          new PreprocessingMistake(
              "red and blue exchanged before they become gray", input, Pixels.EXCHANGED));
    } else {
      Card.Color other = input.color() == Card.Color.RGB ? Card.Color.BGR : Card.Color.RGB;
      String name = "'color: %s'".formatted(lower(other));
      Card.Input turned =
          changed(input, input.layout(), other, input.scale(), input.mean(), input.std());
      known.add(new PreprocessingMistake(name, turned, Pixels.AS_THEY_ARE));
      if (!reversed(input.mean()).equals(input.mean())
          || !reversed(input.std()).equals(input.std())) {
        known.add(
            new PreprocessingMistake(
                name + ", mean and std in that order too",
                changed(
                    input,
                    input.layout(),
                    other,
                    input.scale(),
                    reversed(input.mean()),
                    reversed(input.std())),
                Pixels.AS_THEY_ARE));
      }
      known.add(
          new PreprocessingMistake("gray pictures in all three channels", input, Pixels.GRAY));
    }
    scales(input, known);
    if (layouts) {
      Card.Layout other = input.layout() == Card.Layout.NCHW ? Card.Layout.NHWC : Card.Layout.NCHW;
      known.add(
          new PreprocessingMistake(
              "'layout: %s'".formatted(lower(other)),
              changed(input, other, input.color(), input.scale(), input.mean(), input.std()),
              Pixels.AS_THEY_ARE));
    }
    return known;
  }

  private static void scales(Card.Input input, List<PreprocessingMistake> known) {
    int channels = input.color().channels();
    List<Double> zeros = Collections.nCopies(channels, 0.0);
    List<Double> ones = Collections.nCopies(channels, 1.0);
    List<Double> mean = IMAGENET_MEAN.subList(0, channels);
    List<Double> std = IMAGENET_STD.subList(0, channels);
    boolean bgr = input.color() == Card.Color.BGR;
    for (PreprocessingMistake scale :
        List.of(
            scaled("values 0..255 ('scale: 1')", input, 1, zeros, ones),
            scaled("values 0..1 ('scale: 0.0039215686')", input, 1 / 255.0, zeros, ones),
            scaled("values -1..1 ('scale: 0.0078431373', 'mean: 1')", input, 2 / 255.0, ones, ones),
            scaled(
                "ImageNet's mean and std ('scale: 0.0039215686', 'mean: %s', 'std: %s')"
                    .formatted(bgr ? reversed(mean) : mean, bgr ? reversed(std) : std),
                input,
                1 / 255.0,
                bgr ? reversed(mean) : mean,
                bgr ? reversed(std) : std))) {
      if (!same(scale.input, input)) {
        known.add(scale);
      }
    }
  }

  /** Whether they turn every value into the same number, near enough for any network. */
  private static boolean same(Card.Input a, Card.Input b) {
    for (int c = 0; c < a.color().channels(); c++) {
      for (int value : new int[] {0, 255}) {
        if (Math.abs(tensor(a, c, value) - tensor(b, c, value)) > 0.01) {
          return false;
        }
      }
    }
    return true;
  }

  private static double tensor(Card.Input input, int channel, int value) {
    return (value * input.scale() - input.mean().get(channel)) / input.std().get(channel);
  }

  private static PreprocessingMistake scaled(
      String name, Card.Input input, double scale, List<Double> mean, List<Double> std) {
    return new PreprocessingMistake(
        name, changed(input, input.layout(), input.color(), scale, mean, std), Pixels.AS_THEY_ARE);
  }

  private static Card.Input changed(
      Card.Input input,
      Card.Layout layout,
      Card.Color color,
      double scale,
      List<Double> mean,
      List<Double> std) {
    return new Card.Input(
        layout,
        input.width(),
        input.height(),
        color,
        scale,
        mean,
        std,
        input.margin(),
        input.fit(),
        input.contrast());
  }

  /** What the card would have to say for a network of this input; empty where nothing helps. */
  static String fitting(Card.Input input, List<Long> shape) {
    for (Card.Layout layout : Card.Layout.values()) {
      for (int channels : new int[] {input.color().channels(), 1, 3}) {
        long[] wanted =
            layout == Card.Layout.NCHW
                ? new long[] {-1, channels, input.height(), input.width()}
                : new long[] {-1, input.height(), input.width(), channels};
        if (fits(shape, wanted)) {
          String way = layout == input.layout() ? "" : "'layout: %s'".formatted(lower(layout));
          if (channels == input.color().channels()) {
            return way;
          }
          String color = channels == 1 ? "'color: gray'" : "'color: rgb' or 'color: bgr'";
          return way.isEmpty() ? color : way + " and " + color;
        }
      }
    }
    return "";
  }

  /** Whether a network takes that shape; below 0 is any size. */
  static boolean fits(List<Long> shape, long[] wanted) {
    boolean fits = shape.size() == wanted.length;
    for (int i = 1; fits && i < wanted.length; i++) {
      fits = shape.get(i) < 0 || shape.get(i) == wanted[i];
    }
    return fits;
  }

  private static List<Double> reversed(List<Double> values) {
    List<Double> reversed = new ArrayList<>(values);
    Collections.reverse(reversed);
    return List.copyOf(reversed);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
