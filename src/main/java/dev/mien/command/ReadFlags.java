package dev.mien.command;

import dev.mien.detect.Detector;
import dev.mien.pipeline.Effort;
import dev.mien.session.Session;
import dev.mien.session.Wishes;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that say how frames are read: {@link Wishes} of the command line. */
final class ReadFlags {
  @Option(
      names = "--classify",
      split = ",",
      paramLabel = "MODEL",
      defaultValue = "mask,emotion",
      description =
          "Models to ask about each face, by name or folder, separated by commas; 'none' for no"
              + " labels (default: mask,emotion).")
  List<String> classify;

  @Option(
      names = "--detector",
      paramLabel = "MODEL",
      defaultValue = "yunet",
      description = "Model that finds the faces, by name or folder (default: yunet).")
  String detector;

  @Option(
      names = "--conf",
      paramLabel = "SCORE",
      description =
          "Score from which a detection is a face at once, 0 to 1 (default: 0.83). Weaker ones"
              + " carry a face on, or become one when they last.")
  double conf = Wishes.DEFAULT.conf();

  @Option(
      names = "--effort",
      paramLabel = "HOW",
      description =
          "full: look for faces in every frame and classify each. auto: look in every second or"
              + " third, carry faces on in between, and classify those that are new or changed"
              + " (default: auto live, full for recordings).")
  @Nullable Amount effort;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      defaultValue = "auto",
      description =
          "What computes the detector: opencv, onnxruntime (yunet only), or auto: the latter where"
              + " it can (default: auto).")
  String engine = "auto";

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      description = "auto, cpu or cuda[:N] (default: auto).")
  String device;

  @Option(
      names = "--hide",
      paramLabel = "WHAT",
      description =
          "faces: make them unrecognisable in every picture that is shown or written. Looks much"
              + " harder for them, which takes many times longer; one that is not found even so"
              + " stays visible.")
  @Nullable Hidden hide;

  /** What may be hidden. */
  enum Hidden {
    FACES
  }

  /** How much may be done. */
  enum Amount {
    AUTO,
    FULL;

    private Effort effort() {
      return this == AUTO ? Effort.AUTO : Effort.FULL;
    }
  }

  Session session() throws IOException {
    return session(UnaryOperator.identity());
  }

  /**
   * @param around is put around each detector
   */
  Session session(UnaryOperator<Detector> around) throws IOException {
    return new Session(Trial::find, device, engine, around);
  }

  /**
   * @param usual the effort where none is asked for
   */
  Wishes wishes(Effort usual) {
    if (!(conf >= 0 && conf <= 1)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "--conf: found %s, expected 0 to 1", conf));
    }
    return new Wishes(
        detector, classify, conf, effort == null ? usual : effort.effort(), hide != null);
  }
}
