package dev.mien.pipeline;

import dev.mien.classify.Classifier;
import dev.mien.classify.Crop;
import dev.mien.detect.Detector;
import dev.mien.face.Classification;
import dev.mien.face.Detection;
import dev.mien.frame.Frame;
import dev.mien.track.Tracker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one thread needs to take a whole frame through detection and classification. */
public record Worker(Detector detector, List<Classifier> classifiers) implements AutoCloseable {
  /**
   * What was found.
   *
   * @param classifications for each detection, what each classifier says; nothing where it was not
   *     asked
   */
  record Seen(List<Detection> detections, List<List<Classification>> classifications) {}

  public Worker {
    classifiers = List.copyOf(classifiers);
  }

  /**
   * @param known who knows whose labels are steady, and need no new answer; null: nobody's
   */
  Seen look(Frame frame, Meter meter, @Nullable Tracker known) {
    long start = meter.now();
    List<Detection> detections = detector.detect(frame);
    start = meter.lap(Stage.DETECT, start);
    List<Crop> crops = new ArrayList<>();
    List<List<Classification>> perFace = new ArrayList<>();
    List<List<Classification>> asked = new ArrayList<>();
    for (Detection detection : detections) {
      List<Classification> answers = new ArrayList<>();
      perFace.add(answers);
      if (known == null || !known.steady(detection.box(), frame.timestamp())) {
        crops.add(new Crop(frame, detection.box()));
        asked.add(answers);
      }
    }
    for (Classifier classifier : classifiers) {
      List<Classification> answers = classifier.classify(crops);
      for (int i = 0; i < answers.size(); i++) {
        asked.get(i).add(answers.get(i));
      }
    }
    meter.lap(Stage.CLASSIFY, start);
    meter.faces.add(detections.size());
    meter.crops.add(crops.size());
    return new Seen(detections, perFace);
  }

  @Override
  public void close() {
    detector.close();
    classifiers.forEach(Classifier::close);
  }
}
