package dev.mien.classify;

import dev.mien.model.Card;
import dev.mien.model.Golden;
import dev.mien.model.ModelException;
import dev.mien.onnx.Network;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Chooses goldens for a new model: the few pictures whose answers tell the known mistakes and the
 * labels from each other, and that do not sit on an edge where another processor's rounding shows.
 */
public final class GoldenMaker {
  private static final int DRAWINGS = 64;

  /** Of a crop's sides, in pixels. */
  private static final int LONGEST = 96;

  private static final int FEWEST = 3;
  private static final int MOST = 6;

  /** Answers that differ by less are not told apart. */
  private static final double DISTINCT = 3 * Goldens.TOLERANCE;

  /** Rounding in half the digits of a float, and what it may change. */
  private static final double NOISE = 0.001;

  private static final double FINE_NOISE = NOISE / 1000;

  private static final double UNSTEADY = Goldens.TOLERANCE / 4;

  private final Goldens goldens;
  private final Card.Input input;
  private final List<Mat> pictures;

  private GoldenMaker(Card card, Network network, List<Mat> pictures) {
    this.goldens = new Goldens(card, network);
    this.input = Objects.requireNonNull(card.input());
    this.pictures = pictures;
  }

  /**
   * Asks the network about these crops and about drawings, and keeps 3 to 6 of them.
   *
   * @param card of a classifier
   * @param labels in the order of the network's outputs
   * @param crops PNG or JPEG, of any size, that may be passed on with the model; drawings alone do
   *     where there are none
   * @return the files to write into the model's folder with the others
   * @throws ModelException if a crop is not a picture
   */
  public static Map<String, byte[]> make(
      Card card, List<String> labels, Network network, List<byte[]> crops) throws ModelException {
    List<Mat> pictures = new ArrayList<>();
    try {
      for (int i = 0; i < crops.size(); i++) {
        pictures.add(small(Goldens.decode(network.name(), "crop " + (i + 1), crops.get(i))));
      }
      Drawings.first(DRAWINGS).forEach(pictures::add);
      return new GoldenMaker(card, network, pictures).make(labels);
    } finally {
      pictures.forEach(Mat::close);
    }
  }

  /** Brings a crop to a size that travels well; the given one is closed. */
  private static Mat small(Mat crop) {
    double scale = (double) LONGEST / Math.max(crop.cols(), crop.rows());
    if (scale >= 1) {
      return crop;
    }
    try (crop;
        Size size =
            new Size(
                (int) Math.max(1, Math.round(scale * crop.cols())),
                (int) Math.max(1, Math.round(scale * crop.rows())))) {
      Mat small = new Mat();
      opencv_imgproc.resize(crop, small, size, 0, 0, opencv_imgproc.INTER_AREA);
      return small;
    }
  }

  private Map<String, byte[]> make(List<String> labels) {
    PreprocessingMistake none = PreprocessingMistake.none(input);
    double[][] answers = goldens.ask(none, pictures, 0);
    List<double[][]> wrong = new ArrayList<>();
    for (PreprocessingMistake mistake : goldens.mistakes()) {
      wrong.add(goldens.attempt(mistake, pictures));
    }
    List<Integer> chosen = new ArrayList<>();
    BitSet known = new BitSet();
    choose(told(answers, goldens.ask(none, pictures, NOISE), wrong), chosen, known);
    // Integers round where floats would not: such a network is held to what processors differ by
    // where that tells more, two labels for example.
    choose(told(answers, goldens.ask(none, pictures, FINE_NOISE), wrong), chosen, known);
    Map<String, byte[]> files = new TreeMap<>();
    List<Golden> kept = new ArrayList<>();
    for (int index : chosen) {
      String name = Golden.FOLDER + (kept.size() + 1) + ".png";
      files.put(name, encode(pictures.get(index)));
      List<Double> row = new ArrayList<>();
      for (double probability : answers[index]) {
        row.add(probability);
      }
      kept.add(new Golden(name, row));
    }
    files.put(Golden.ANSWERS, Golden.answers(labels, kept));
    return files;
  }

  /** What each picture tells apart; nothing where its answer is not steady. */
  private static List<BitSet> told(double[][] answers, double[][] shaken, List<double[][]> wrong) {
    List<BitSet> told = new ArrayList<>();
    for (int i = 0; i < answers.length; i++) {
      boolean steady = Goldens.distance(answers[i], shaken[i]) <= UNSTEADY;
      told.add(steady ? told(answers[i], wrong, i) : new BitSet());
    }
    return told;
  }

  /** What a picture tells apart: right and wrong, one mistake and another, two labels. */
  private static BitSet told(double[] right, List<double[][]> wrong, int picture) {
    List<double[]> ways = new ArrayList<>(List.of(right));
    wrong.forEach(answers -> ways.add(answers[picture]));
    BitSet told = new BitSet();
    int bit = 0;
    for (int i = 0; i < ways.size(); i++) {
      for (int k = 0; k < i; k++) {
        told.set(bit++, Goldens.distance(ways.get(i), ways.get(k)) > DISTINCT);
      }
    }
    for (int i = 0; i < right.length; i++) {
      for (int k = 0; k < i; k++) {
        told.set(bit++, Math.abs(right[i] - right[k]) > DISTINCT);
      }
    }
    return told;
  }

  /** Those that tell most, one after the other, while each tells something new. */
  private static void choose(List<BitSet> told, List<Integer> chosen, BitSet known) {
    while (chosen.size() < MOST) {
      int best = -1;
      int most = 0;
      for (int i = 0; i < told.size(); i++) {
        BitSet more = (BitSet) told.get(i).clone();
        more.andNot(known);
        if (more.cardinality() > most && !chosen.contains(i)) {
          most = more.cardinality();
          best = i;
        }
      }
      if (best >= 0) {
        chosen.add(best);
        known.or(told.get(best));
      } else if (chosen.size() < FEWEST && !known.isEmpty()) {
        known.clear(); // All is told: others say it again.
      } else {
        break;
      }
    }
  }

  private static byte[] encode(Mat picture) {
    int[] smallest = {opencv_imgcodecs.IMWRITE_PNG_COMPRESSION, 9};
    try (BytePointer encoded = new BytePointer();
        IntPointer options = new IntPointer(smallest)) {
      opencv_imgcodecs.imencode(".png", picture, encoded, options);
      byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
      encoded.get(bytes);
      return bytes;
    }
  }
}
