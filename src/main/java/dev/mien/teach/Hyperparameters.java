package dev.mien.teach;

import dev.mien.dataset.Augmentation;
import java.util.List;

/**
 * How a network learns. What YAML leaves out, or gives as 0, has the default of {@link #DEFAULT}
 * where 0 would make no sense.
 *
 * @param size width and height of its input, in pixels
 * @param crop width and height of what it learns from, cut out of the picture: less than size makes
 *     it quicker, and each cut another one
 * @param view side of the middle of the picture that it answers on, together with its mirror image,
 *     as the mean of both: surer, and twice the time; 0 answers on the whole, once. What was learnt
 *     on a crop is known best a little larger (Touvron et al., "Fixing the train-test resolution
 *     discrepancy", 2019)
 * @param width channels of its first layer; the time it takes grows with the square
 * @param epochs at most; each sees every picture once
 * @param batch pictures between two steps
 * @param rate the highest learning rate: it rises over the first tenth and falls as a cosine
 * @param decay of the weights
 * @param smoothing share of the truth that is spread over all labels, 0..1
 * @param mixup pictures are blended in pairs, shares drawn from Beta(mixup, mixup); 0 never
 * @param recollection how far the truth gives way, by the last epoch, to what the network said of
 *     the picture in the epochs before: see {@link TemporalEnsemble}, 0..1
 * @param dropout of the last features, 0..1
 * @param balance how far rare labels weigh more: 0 not at all, 1 as much as they are rarer
 * @param patience epochs without a lower validation loss until it stops
 * @param seed two runs with one seed, on one machine, are equal
 * @param augmentation how the pictures are varied
 * @param coverable labels that stay true when mouth and chin are hidden
 */
public record Hyperparameters(
    int size,
    int crop,
    int view,
    int width,
    int epochs,
    int batch,
    double rate,
    double decay,
    double smoothing,
    double mixup,
    double recollection,
    double dropout,
    double balance,
    int patience,
    long seed,
    Augmentation augmentation,
    List<String> coverable) {
  public static final Hyperparameters DEFAULT =
      new Hyperparameters(
          64,
          64,
          0,
          24,
          30,
          64,
          0.05,
          5e-4,
          0.05,
          0,
          0,
          0.2,
          0.5,
          10,
          1,
          Augmentation.FACES,
          List.of());

  @SuppressWarnings("NullAway") // Jackson gives null for what an optional key leaves out.
  public Hyperparameters {
    size = size == 0 ? 64 : size;
    crop = crop == 0 ? size : crop;
    width = width == 0 ? 24 : width;
    epochs = epochs == 0 ? 30 : epochs;
    batch = batch == 0 ? 64 : batch;
    rate = rate == 0 ? 0.05 : rate;
    patience = patience == 0 ? 10 : patience;
    augmentation = augmentation == null ? Augmentation.FACES : augmentation;
    coverable = coverable == null ? List.of() : List.copyOf(coverable);
    between("size", size, 24, 512);
    between("crop", crop, 16, size);
    between("view", view, 0, size);
    between("width", width, 4, 256);
    between("epochs", epochs, 1, 10_000);
    between("batch", batch, 2, 4096);
    between("smoothing", smoothing, 0, 0.9);
    between("dropout", dropout, 0, 0.9);
    between("balance", balance, 0, 2);
    between("mixup", mixup, 0, 10);
    between("recollection", recollection, 0, mixup > 0 ? 0 : 1);
  }

  /** The same, but for these. */
  public Hyperparameters with(int otherSize, int otherEpochs, int otherWidth, long otherSeed) {
    return new Hyperparameters(
        otherSize,
        otherSize == size ? crop : otherSize,
        otherSize == size ? view : 0,
        otherWidth,
        otherEpochs,
        batch,
        rate,
        decay,
        smoothing,
        mixup,
        recollection,
        dropout,
        balance,
        patience,
        otherSeed,
        augmentation,
        coverable);
  }

  private static void between(String key, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "%s is %s..%s, found %s".formatted(key, least, most, value));
    }
  }
}
