package dev.mien.pipeline;

import dev.mien.annotate.Annotator;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
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
  private long nanos;

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
      drawn = changed(clean(), draw);
    }
    return drawn;
  }

  private Frame changed(Frame original, Annotator annotator) {
    long start = System.nanoTime();
    Frame changed = original.copy();
    try {
      annotator.annotate(changed, observation);
    } catch (RuntimeException e) {
      changed.close();
      throw e;
    }
    nanos += System.nanoTime() - start;
    return changed;
  }

  /** What hiding and drawing took. */
  long nanos() {
    return nanos;
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
