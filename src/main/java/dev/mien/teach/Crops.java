package dev.mien.teach;

import dev.mien.dataset.Example;
import dev.mien.dataset.Votes;
import java.util.ArrayList;
import java.util.List;

/** Labelled pictures ready to learn from, each with a rim around it for turning and moving. */
public final class Crops {
  private final int side;
  private final int channels;
  private final List<byte[]> pixels = new ArrayList<>();
  private final List<Example> examples = new ArrayList<>();

  /**
   * @param side width and height with the rim, in pixels
   * @param channels 1 (gray) or 3 (BGR)
   */
  public Crops(int side, int channels) {
    this.side = side;
    this.channels = channels;
  }

  /**
   * Adds one.
   *
   * @param picture rows from the top, 8 bit; kept as it is
   * @param example whose face it is
   */
  public void add(byte[] picture, Example example) {
    pixels.add(picture);
    examples.add(example);
  }

  /** Hands them over one by one. */
  void each(Cutting.Taker taker) {
    for (int i = 0; i < size(); i++) {
      taker.take(pixels.get(i), examples.get(i));
    }
  }

  int side() {
    return side;
  }

  int channels() {
    return channels;
  }

  /** Lent: not to be written to. */
  byte[] pixels(int index) {
    return pixels.get(index);
  }

  int[] labels() {
    return examples.stream().mapToInt(Example::label).toArray();
  }

  /**
   * What people said of each, a row of labels that adds up to 1; where one label is all that is
   * known, it has it all.
   */
  float[][] shares(int labels) {
    float[][] shares = new float[size()][labels];
    for (int i = 0; i < shares.length; i++) {
      Example example = examples.get(i);
      Votes votes = example.votes();
      if (votes == null) {
        shares[i][example.label()] = 1;
      } else {
        for (int k = 0; k < labels; k++) {
          shares[i][k] = votes.shares().get(k).floatValue();
        }
      }
    }
    return shares;
  }

  public int size() {
    return pixels.size();
  }
}
