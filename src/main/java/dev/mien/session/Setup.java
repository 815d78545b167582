package dev.mien.session;

import dev.mien.detect.HidingDetector;
import dev.mien.face.LabelKeys;
import dev.mien.model.Model;
import dev.mien.pipeline.Nets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Wishes with their models opened. The nets belong to the session.
 *
 * @param detector the model that finds faces
 * @param classifiers the models that are asked about them
 * @param nets for each thread of the session's pool
 * @param hiding finds what has to be hidden; null where nothing is
 */
public record Setup(
    Wishes wishes,
    Model detector,
    List<Model> classifiers,
    List<Nets> nets,
    @Nullable HidingDetector hiding) {
  public Setup {
    classifiers = List.copyOf(classifiers);
    nets = List.copyOf(nets);
  }

  /** What the models answer, each under a name of its own. */
  public List<String> tasks() {
    LabelKeys keys = new LabelKeys(Set.of());
    return classifiers.stream().map(m -> keys.next(m.card().task(), m.name())).toList();
  }
}
