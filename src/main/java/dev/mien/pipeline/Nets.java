package dev.mien.pipeline;

import dev.mien.classify.Appearances;
import dev.mien.classify.Classifier;
import dev.mien.classify.Crop;
import dev.mien.detect.Detector;
import dev.mien.face.Appearance;
import dev.mien.face.Classification;
import dev.mien.face.Detection;
import dev.mien.frame.Frame;
import java.util.ArrayList;
import java.util.List;

/**
 * The nets that one thread of the pool asks about one source's frames; they belong to who opened
 * them, and are asked by one thread at a time.
 *
 * @param classifiers in the order in which their labels are shown
 */
public record Nets(Detector detector, List<Classifier> classifiers) {
  /**
   * What was found in a frame.
   *
   * @param appearances of each detection; empty where nobody needs them
   */
  record Found(List<Detection> detections, List<Appearance> appearances) {
    static final Found NOTHING = new Found(List.of(), List.of());
  }

  public Nets {
    classifiers = List.copyOf(classifiers);
  }

  Found detect(Frame frame, boolean appearances) {
    List<Detection> detections = detector.detect(frame);
    return new Found(
        detections,
        appearances
            ? detections.stream().map(d -> Appearances.of(frame, d.box())).toList()
            : List.of());
  }

  /** For each crop, an answer of each classifier. */
  List<List<Classification>> classify(List<Crop> crops) {
    List<List<Classification>> answers = new ArrayList<>();
    crops.forEach(c -> answers.add(new ArrayList<>()));
    for (Classifier classifier : classifiers) {
      List<Classification> said = classifier.classify(crops);
      for (int i = 0; i < said.size(); i++) {
        answers.get(i).add(said.get(i));
      }
    }
    return answers;
  }
}
