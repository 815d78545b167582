package dev.mien.evaluate;

import dev.mien.classify.OnnxClassifier;
import dev.mien.face.Classification;
import dev.mien.frame.Frame;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * What a model says of pictures without a face: a sure answer there is one that it would give to
 * anything.
 *
 * @param answers by the name of the picture
 */
public record NoFaceProbe(Map<String, Classification.Score> answers) {
  private static final int SIDE = 96;

  public static NoFaceProbe of(OnnxClassifier classifier) {
    Map<String, Classification.Score> answers = new TreeMap<>();
    Map.of("black", 0, "gray", 128, "white", 255)
        .forEach(
            (name, level) -> {
              try (Scalar color = Scalar.all(level)) {
                answers.put(name, ask(classifier, new Mat(SIDE, SIDE, opencv_core.CV_8UC3, color)));
              }
            });
    byte[] noise = new byte[SIDE * SIDE * 3];
    new Random(1).nextBytes(noise);
    try (BytePointer bytes = new BytePointer(noise);
        Mat lent = new Mat(SIDE, SIDE, opencv_core.CV_8UC3, bytes)) {
      answers.put("noise", ask(classifier, lent.clone()));
    }
    return new NoFaceProbe(answers);
  }

  private static Classification.Score ask(OnnxClassifier classifier, Mat picture) {
    try (Frame frame = new Frame(0, 0, picture)) {
      return classifier.classifyWhole(frame).top();
    }
  }

  @Override
  public String toString() {
    return answers.entrySet().stream()
        .map(
            e ->
                String.format(
                    Locale.ROOT,
                    "%s %s %.2f",
                    e.getKey(),
                    e.getValue().label(),
                    e.getValue().probability()))
        .collect(Collectors.joining(", "));
  }
}
