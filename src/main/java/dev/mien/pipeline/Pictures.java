package dev.mien.pipeline;

import dev.mien.annotate.Annotator;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * One frame in the forms that sinks want: each is made when the first sink asks for it, once. Where
 * something is hidden, there is no way from here to the pixels before that.
 */
final class Pictures implements AutoCloseable {
  private final Frame frame;
  private final Observation observation;
  private final @Nullable Annotator hide;
  private final Annotator draw;
  private @Nullable Frame clean;
  private @Nullable Frame drawn;

  /**
   * @param frame lent
   */
  Pictures(Frame frame, Observation observation, @Nullable Annotator hide, Annotator draw) {
    this.frame = frame;
    this.observation = observation;
    this.hide = hide;
    this.draw = draw;
  }

  Observation observation() {
    return observation;
  }

  /** Makes what is wanted. */
  void make(Collection<Sink.Want> wants) {
    wants.forEach(want -> as(want).close());
  }

  /** The caller's own, to be closed; without pixels where none are wanted. */
  Frame as(Sink.Want want) {
    return switch (want) {
      case NOTHING -> frame.withoutPixels();
      case CLEAN -> clean().share();
      case FACES -> observation.faces().isEmpty() ? frame.withoutPixels() : clean().share();
      case DRAWN -> drawn().share();
    };
  }

  private Frame clean() {
    if (clean == null) {
      clean = hide == null ? frame.share() : changed(frame, hide);
    }
    return clean;
  }

  private Frame drawn() {
    if (drawn == null) {
      drawn = observation.faces().isEmpty() ? clean().share() : changed(clean(), draw);
    }
    return drawn;
  }

  private Frame changed(Frame original, Annotator annotator) {
    Frame changed = original.copy();
    try {
      annotator.annotate(changed, observation);
    } catch (RuntimeException e) {
      changed.close();
      throw e;
    }
    return changed;
  }

  @Override
  public void close() {
    if (clean != null) {
      clean.close();
    }
    if (drawn != null) {
      drawn.close();
    }
  }
}
