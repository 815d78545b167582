package dev.mien.face;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mien.frame.Box;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When nothing can be known of a face. */
class SilenceTest {
  private static final Silence RULE = new Silence(Map.of("mask", "with_mask"), 0.6, 20, 0.05);

  private static Landmarks landmarks(double nose) {
    return new Landmarks(
        new Point(40, 50),
        new Point(60, 50),
        new Point(50 + nose, 60),
        new Point(42, 70),
        new Point(58, 70));
  }

  private static Detection face(double height, double nose) {
    return new Detection(new Box(30, 30, 40, height), 0.9, landmarks(nose));
  }

  private static Face.Label label(String task, String label) {
    return new Face.Label(task, task, label, 0.9, List.of());
  }

  @ParameterizedTest(name = "{0} px high, nose {1} px aside, detail {2}, {3}: {4}")
  @CsvSource({
    "50,  0, 0.2, without_mask,",
    "19,  0, 0.2, without_mask, small",
    "50,  7, 0.2, without_mask, turned",
    "50, -7, 0.2, without_mask, turned",
    "50,  5, 0.2, without_mask,",
    "50,  0, 0.04, without_mask, blurred",
    "50,  0, -1, without_mask,",
    "50,  0, 0.2, with_mask, mask",
  })
  void reasons(double height, double nose, double detail, String mask, String reason) {
    List<Face.Label> labels = List.of(label("mask", mask), label("emotion", "sad"));

    assertThat(RULE.reason(face(height, nose), detail, labels).orElse(null)).isEqualTo(reason);
    assertThat(Silence.NEVER.reason(face(height, nose), detail, labels)).isEmpty();
  }

  @Test
  @DisplayName("a face without landmarks is not called turned")
  void noLandmarks() {
    Detection detection = new Detection(new Box(0, 0, 50, 50), 0.9, null);

    assertThat(RULE.reason(detection, 0.2, List.of())).isEmpty();
  }

  @Test
  @DisplayName("turning is measured along the eyes: a tilted head is not turned")
  void tiltIsNoTurn() {
    double angle = Math.toRadians(30);
    Point[] points = new Point[5];
    double[][] upright = {{-10, 0}, {10, 0}, {4, 10}, {-8, 20}, {8, 20}};
    for (int i = 0; i < 5; i++) {
      double x = upright[i][0];
      double y = upright[i][1];
      points[i] =
          new Point(
              x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle));
    }
    Landmarks tilted = new Landmarks(points[0], points[1], points[2], points[3], points[4]);

    assertThat(Silence.turn(tilted)).isCloseTo(0.4, within(1e-9));
  }
}
