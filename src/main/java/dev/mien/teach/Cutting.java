package dev.mien.teach;

import dev.mien.classify.Crop;
import dev.mien.classify.Cutter;
import dev.mien.dataset.Dataset;
import dev.mien.dataset.Example;
import dev.mien.detect.Detector;
import dev.mien.face.Detection;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.model.Card;
import dev.mien.source.SourceException;
import dev.mien.source.Still;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the faces of a dataset out of its pictures, as the live path cuts them, with a rim around
 * each. For one thread at a time.
 */
public final class Cutting implements AutoCloseable {
  /** A found face is the one that was marked if they overlap so much (Pascal VOC's measure). */
  private static final double SAME_FACE = 0.5;

  /** The rim on each side, as a share of the cut. */
  private static final double RIM = 0.125;

  private final Card.Input input;
  private final @Nullable Detector detector;
  private final int rim;
  private final Cutter rimmed;
  private final Cutter whole;
  private final FloatBuffer tensor;

  /**
   * @param input the size, the colour (RGB comes out as BGR, for the rim is still a picture) and
   *     the margin of the cut
   * @param detector that finds the faces; null takes pictures and marked boxes as they are
   */
  public Cutting(Card.Input input, @Nullable Detector detector) {
    this.input = input;
    this.detector = detector;
    this.rim = (int) Math.round(RIM * input.width());
    double grown = (input.width() + 2.0 * rim) / input.width();
    this.rimmed = cutter(input.width() + 2 * rim, ((1 + 2 * input.margin()) * grown - 1) / 2);
    this.whole = cutter(input.width(), 0);
    this.tensor =
        ByteBuffer.allocateDirect(rimmed.floats() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
  }

  private Cutter cutter(int side, double margin) {
    Card.Color color = input.color() == Card.Color.GRAY ? Card.Color.GRAY : Card.Color.BGR;
    return new Cutter(
        new Card.Input(
            Card.Layout.NHWC, side, side, color, 1, List.of(), List.of(), margin, Card.Fit.GROW));
  }

  /** Gets the cuts, one after the other. */
  interface Taker {
    void take(byte[] pixels, Example example);

    /** One that was marked, but that the detector did not find. */
    default void unfound(byte[] pixels, Example example) {
      take(pixels, example);
    }
  }

  /** Width and height of a cut with its rim, in pixels. */
  int side() {
    return input.width() + 2 * rim;
  }

  /**
   * All faces of a dataset that live video would show. Where the detector finds none, a picture is
   * taken whole, and a marked face is left out.
   *
   * @param progress hears how many pictures are done
   * @throws SourceException if a picture cannot be read
   */
  public Crops all(Dataset dataset, IntConsumer progress) throws SourceException {
    Crops crops = new Crops(side(), input.color().channels());
    each(dataset, crops::add, progress);
    return crops;
  }

  /** The same, handed over one by one. */
  void each(Dataset dataset, Taker taker, IntConsumer progress) throws SourceException {
    each(dataset, false, taker, progress);
  }

  /**
   * The same to learn from, with the marked faces that the detector does not find: one that is too
   * small here, or turned too far, is found elsewhere.
   */
  void marked(Dataset dataset, Taker taker, IntConsumer progress) throws SourceException {
    each(dataset, true, taker, progress);
  }

  private void each(Dataset dataset, boolean unfound, Taker taker, IntConsumer progress)
      throws SourceException {
    int done = 0;
    for (Map.Entry<Path, List<Example>> picture : dataset.byPicture().entrySet()) {
      try (Frame frame = new Frame(0, 0, Still.read(picture.getKey()))) {
        for (Example example : picture.getValue()) {
          if (example.label() >= 0) {
            Optional<byte[]> found = cut(frame, example);
            if (found.isPresent()) {
              taker.take(found.get(), example);
            } else if (unfound && example.face() != null) {
              taker.unfound(around(frame, example.face()), example);
            }
          }
        }
      }
      progress.accept(++done);
    }
  }

  private Optional<byte[]> cut(Frame frame, Example example) {
    Box marked = example.face();
    if (detector == null) {
      return Optional.of(marked == null ? whole(frame) : around(frame, marked));
    }
    Comparator<Detection> fit =
        marked == null
            ? Comparator.comparingDouble(d -> d.box().area())
            : Comparator.comparingDouble(d -> d.box().iou(marked));
    Optional<byte[]> found =
        detector.detect(frame).stream()
            .filter(d -> marked == null || d.box().iou(marked) >= SAME_FACE)
            .max(fit)
            .map(d -> around(frame, d.box()));
    if (found.isPresent()) {
      return found;
    }
    // A picture without a box is mostly face, as evaluate takes it too.
    return marked == null ? Optional.of(whole(frame)) : Optional.empty();
  }

  private byte[] around(Frame frame, Box face) {
    rimmed.cut(new Crop(frame, face), tensor, 0);
    return bytes(rimmed.floats());
  }

  /** There is nothing around a whole picture: its edge goes on. */
  private byte[] whole(Frame frame) {
    whole.write(frame.image(), tensor, 0);
    byte[] inner = bytes(whole.floats());
    int channels = input.color().channels();
    int side = side();
    byte[] outer = new byte[side * side * channels];
    for (int y = 0; y < side; y++) {
      int fromY = Math.max(0, Math.min(input.width() - 1, y - rim));
      for (int x = 0; x < side; x++) {
        int fromX = Math.max(0, Math.min(input.width() - 1, x - rim));
        System.arraycopy(
            inner,
            (fromY * input.width() + fromX) * channels,
            outer,
            (y * side + x) * channels,
            channels);
      }
    }
    return outer;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) Math.round(tensor.get(i));
    }
    return bytes;
  }

  @Override
  public void close() {
    rimmed.close();
    whole.close();
  }
}
