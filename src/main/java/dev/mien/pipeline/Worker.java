package dev.mien.pipeline;

import dev.mien.classify.Classifier;
import dev.mien.detect.Detector;
import java.util.List;

/** What one thread needs to take a whole frame through detection and classification. */
public record Worker(Detector detector, List<Classifier> classifiers) implements AutoCloseable {
  public Worker {
    classifiers = List.copyOf(classifiers);
  }

  @Override
  public void close() {
    detector.close();
    classifiers.forEach(Classifier::close);
  }
}
