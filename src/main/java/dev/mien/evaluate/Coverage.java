package dev.mien.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What keeping quiet below a score costs and gains (El-Yaniv and Wiener, "On the Foundations of
 * Noise-free Selective Classification", JMLR 2010).
 *
 * @param points one for each score that occurs, from the highest down
 */
public record Coverage(List<Point> points) {
  /**
   * Answers of this score or more.
   *
   * @param coverage the share of the examples that get one
   * @param risk the share of those answers that is wrong
   */
  public record Point(double score, double coverage, double risk) {}

  public Coverage {
    points = List.copyOf(points);
  }

  static Coverage of(List<Prediction> predictions) {
    List<Prediction> sorted =
        predictions.stream()
            .sorted(Comparator.comparingDouble(Prediction::confidence).reversed())
            .toList();
    List<Point> points = new ArrayList<>();
    int wrong = 0;
    for (int i = 0; i < sorted.size(); i++) {
      wrong += sorted.get(i).right() ? 0 : 1;
      double score = sorted.get(i).confidence();
      if (i + 1 == sorted.size() || sorted.get(i + 1).confidence() < score) {
        points.add(new Point(score, (i + 1.0) / sorted.size(), wrong / (i + 1.0)));
      }
    }
    return new Coverage(points);
  }

  /** The point that answers most examples with no more than this share of them wrong. */
  public Optional<Point> atRisk(double risk) {
    return points.stream()
        .filter(p -> p.risk() <= risk)
        .max(Comparator.comparingDouble(Point::coverage));
  }
}
