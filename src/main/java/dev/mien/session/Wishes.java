package dev.mien.session;

import dev.mien.pipeline.Effort;
import dev.mien.track.Rules;
import java.util.List;
import java.util.Map;

/**
 * How the frames of one source shall be read.
 *
 * @param detector the model that finds faces: a name or a folder
 * @param classify the models that are asked about each face: names or folders; may be empty
 * @param conf score from which a detection is a face at once, 0..1
 * @param effort how much is done for each frame
 * @param hideFaces whether faces are made unrecognisable in every picture
 */
public record Wishes(
    String detector, List<String> classify, double conf, Effort effort, boolean hideFaces) {
  /** The efforts by name. */
  public static final List<Map.Entry<String, Effort>> EFFORTS =
      List.of(Map.entry("auto", Effort.AUTO), Map.entry("full", Effort.FULL));

  /** What is done where nothing else is wished. */
  public static final Wishes DEFAULT =
      new Wishes("yunet", List.of("mask", "emotion"), Rules.DEFAULT.sure(), Effort.AUTO, false);

  public Wishes {
    classify = List.copyOf(classify);
    if (!(conf >= 0 && conf <= 1)) {
      throw new IllegalArgumentException("conf: found " + conf + ", expected 0 to 1");
    }
  }

  /** The same with another effort. */
  public Wishes with(Effort other) {
    return new Wishes(detector, classify, conf, other, hideFaces);
  }
}
