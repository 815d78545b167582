package dev.mien.detect;

import dev.mien.model.Card;
import dev.mien.model.Model;
import java.io.IOException;

/** Opens the detector that a model folder describes. */
public final class Detectors {
  private Detectors() {}

  /**
   * A detector for one thread.
   *
   * @param least detections below this score are not given
   * @throws IOException if the folder holds no detector, or one that cannot be read
   */
  public static Detector open(Model model, double least) throws IOException {
    Card.Detector card = model.card().detector();
    if (card == null) {
      throw new IllegalArgumentException(
          "--detector: model '%s' does not find faces, its task is %s"
              .formatted(model.name(), model.card().task()));
    }
    DetectorSettings settings =
        new DetectorSettings(
            Math.min(least, card.score()),
            DetectorSettings.DEFAULT.minimumFace(),
            card.nms(),
            card.workingSize(),
            DetectorSettings.DEFAULT.mostFaces());
    return new YuNetDetector(model.read(Model.NETWORK), settings);
  }
}
