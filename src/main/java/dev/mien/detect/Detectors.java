package dev.mien.detect;

import dev.mien.model.Card;
import dev.mien.model.Model;
import dev.mien.onnx.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** Opens the detector that a model folder describes. */
public final class Detectors {
  private Detectors() {}

  /** A detector for one thread, on the CPU. */
  public static Detector open(Model model, double least) throws IOException {
    return open(model, least, DetectorEngine.AUTO, Device.CPU);
  }

  /**
   * A detector for one thread.
   *
   * @param least detections below this score are not given
   * @param device for ONNX Runtime; OpenCV runs on the CPU
   * @throws IOException if the folder holds no detector, or one that cannot be read, or not by this
   *     engine or on this device
   */
  public static Detector open(Model model, double least, DetectorEngine engine, Device device)
      throws IOException {
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
    return switch (card.kind()) {
      case YUNET ->
          YuNetDetector.open(model.name(), model.read(Model.NETWORK), settings, engine, device);
      case SSD -> {
        if (engine == DetectorEngine.ONNXRUNTIME) {
          throw new DetectorException(
              "model '%s' is an SSD, which the engine onnxruntime does not run; auto and opencv do"
                  .formatted(model.name()));
        }
        yield ssd(model, settings);
      }
    };
  }

  private static Detector ssd(Model model, DetectorSettings settings) throws IOException {
    Card.Input input = Objects.requireNonNull(model.card().input(), "the card was checked");
    for (SsdDetector.Format format : SsdDetector.Format.values()) {
      Optional<byte[]> graph = read(model, format.graph());
      Optional<byte[]> weights = read(model, format.weights());
      if (graph.isPresent() && weights.isPresent()) {
        return new SsdDetector(model.name(), format, graph.get(), weights.get(), input, settings);
      }
    }
    throw new DetectorException(
        "model '%s': an SSD is .caffemodel and .prototxt, or .pb and .pbtxt; its card lists %s"
            .formatted(model.name(), String.join(", ", model.card().files().keySet())));
  }

  private static Optional<byte[]> read(Model model, String ending) throws IOException {
    Optional<Path> file = model.file(ending);
    return file.isEmpty()
        ? Optional.empty()
        : Optional.of(model.read(model.folder().relativize(file.get()).toString()));
  }
}
