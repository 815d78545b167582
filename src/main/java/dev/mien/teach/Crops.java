package dev.mien.teach;

import java.util.ArrayList;
import java.util.List;

/** Labelled pictures ready to learn from, each with a rim around it for turning and moving. */
public final class Crops {
  private final int side;
  private final int channels;
  private final List<byte[]> pixels = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

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
   * @param label the index of its label
   * @param name for reports
   */
  public void add(byte[] picture, int label, String name) {
    pixels.add(picture);
    labels.add(label);
    names.add(name);
  }

  /** Hands them over one by one. */
  void each(Cutting.Taker taker) {
    for (int i = 0; i < size(); i++) {
      taker.take(pixels.get(i), labels.get(i), names.get(i));
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
    return labels.stream().mapToInt(Integer::intValue).toArray();
  }

  public int size() {
    return pixels.size();
  }
}
