package dev.mien.pipeline;

import dev.mien.classify.Classifier;
import dev.mien.classify.Crop;
import dev.mien.detect.Detector;
import dev.mien.face.Classification;
import dev.mien.face.Detection;
import dev.mien.frame.Frame;
import java.util.ArrayList;
import java.util.List;

/** What one thread needs to take a whole frame through detection and classification. */
public record Worker(Detector detector, List<Classifier> classifiers) implements AutoCloseable {
  /** What was found: for each detection, what each classifier says. */
  record Seen(List<Detection> detections, List<List<Classification>> classifications) {}

  public Worker {
    classifiers = List.copyOf(classifiers);
  }

  Seen look(Frame frame, Meter meter) {
    long start = meter.now();
    List<Detection> detections = detector.detect(frame);
    start = meter.lap(Stage.DETECT, start);
    List<Crop> crops = detections.stream().map(d -> new Crop(frame, d.box())).toList();
    List<List<Classification>> perFace = new ArrayList<>();
    crops.forEach(c -> perFace.add(new ArrayList<>()));
    for (Classifier classifier : classifiers) {
      List<Classification> answers = classifier.classify(crops);
      for (int i = 0; i < answers.size(); i++) {
        perFace.get(i).add(answers.get(i));
      }
    }
    meter.lap(Stage.CLASSIFY, start);
    return new Seen(detections, perFace);
  }

  @Override
  public void close() {
    detector.close();
    classifiers.forEach(Classifier::close);
  }
}
