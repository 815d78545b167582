package dev.mien.track;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.face.Classification;
import dev.mien.face.Classification.Score;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.Landmarks;
import dev.mien.face.Point;
import dev.mien.face.Silence;
import dev.mien.frame.Box;
import dev.mien.frame.Size;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Labels of which nothing can be known, on the way from the models to what is shown. */
final class UnknownLabelsTest {
  private static final long MS = 1_000_000;
  private static final Silence RULE = new Silence(Map.of("mask", "with_mask"), 0.8, 20, 0);

  private final AtomicLong ids = new AtomicLong();

  private static List<Classification> said(double masked) {
    return List.of(
        new Classification(
            "emotion",
            "emotion",
            List.of(new Score("happy", 0.9), new Score("sad", 0.1)),
            0.5,
            RULE,
            Classification.NOT_MEASURED),
        new Classification(
            "mask",
            "mask",
            List.of(new Score("with_mask", masked), new Score("without_mask", 1 - masked))));
  }

  private static Detection face(double nose) {
    return new Detection(
        new Box(100, 100, 80, 100),
        0.95,
        new Landmarks(
            new Point(120, 140),
            new Point(160, 140),
            new Point(140 + nose, 160),
            new Point(125, 180),
            new Point(155, 180)));
  }

  private static List<Face.Label> look(Tracker tracker, long ms, double nose, double masked) {
    Sighting sighting = tracker.see(ms * MS, List.of(face(nose)), List.of());
    return tracker.label(sighting, List.of(said(masked))).get(0).labels();
  }

  private static void unknown(List<Face.Label> labels, String reason) {
    Face.Label emotion = labels.get(0);
    assertThat(emotion.label()).isEqualTo("unknown");
    assertThat(emotion.reason()).isEqualTo(reason);
    assertThat(emotion.confidence()).isZero();
    assertThat(emotion.sure()).isFalse();
    assertThat(emotion.scores()).hasSize(2);
    assertThat(labels.get(1).reason()).as("the mask's own card has no rule").isNull();
  }

  @Test
  @DisplayName("a face that puts a mask on has an unknown emotion until it takes it off")
  void covered() {
    Tracker tracker = Tracker.ofVideo(Rules.DEFAULT, ids::incrementAndGet, true);
    assertThat(look(tracker, 0, 0, 0.1).get(0).label()).isEqualTo("happy");
    for (int i = 1; i < 50; i++) {
      look(tracker, 40L * i, 0, 0.95);
    }
    unknown(look(tracker, 2000, 0, 0.95), "mask");
    for (int i = 1; i < 50; i++) {
      look(tracker, 2000 + 40L * i, 0, 0.05);
    }
    assertThat(look(tracker, 4000, 0, 0.05).get(0).label()).isEqualTo("happy");
  }

  @Test
  @DisplayName("a head turned away stays unknown in frames in which nobody looked")
  void turned() {
    Tracker tracker = Tracker.ofVideo(Rules.DEFAULT, ids::incrementAndGet, true);
    unknown(look(tracker, 0, 30, 0.1), "turned");
    unknown(tracker.expect(40 * MS, new Size(640, 480)).get(0).labels(), "turned");
    assertThat(look(tracker, 80, 0, 0.1).get(0).reason()).isNull();
  }

  @Test
  @DisplayName("pictures without a past follow the rule too")
  void stills() {
    unknown(look(Tracker.ofStills(Rules.DEFAULT, ids::incrementAndGet), 0, -30, 0.1), "turned");
    unknown(look(Tracker.ofStills(Rules.DEFAULT, ids::incrementAndGet), 0, 0, 0.9), "mask");
  }
}
