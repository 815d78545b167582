package dev.mien.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.face.Detection;
import dev.mien.frame.Box;
import dev.mien.frame.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CandidatesTest {
  private final Candidates candidates =
      new Candidates(new Size(100, 80), new DetectorSettings(0.5, 10, 0.3, 640, 3));

  @ParameterizedTest
  @CsvSource({
    "NaN, 10, 40, 40, 0.9", // no numbers
    "10, 10, Infinity, 40, 0.9",
    "-Infinity, 10, 40, 40, 0.9",
    "10, 10, 40, 40, NaN",
    "40, 10, 10, 40, 0.9", // inverted
    "10, 40, 40, 10, 0.9",
    "10, 10, 10, 40, 0.9", // without area
    "200, 10, 240, 40, 0.9", // outside
    "-50, -50, -10, -10, 0.9",
    "10, 10, 19.9, 25, 0.9", // too small
    "94, 10, 120, 40, 0.9", // too little of it inside
    "0, 10, 100, 30, 0.9", // not a face's shape
    "10, 0, 30, 80, 0.9",
    "10, 10, 40, 40, 0.49", // not sure enough
  })
  void dropsWhatIsNoFace(double left, double top, double right, double bottom, double score) {
    candidates.add(left, top, right, bottom, score, null);
    assertThat(candidates.isEmpty()).isTrue();
    assertThat(candidates.faces()).isEmpty();
  }

  @Test
  void keepsTheLeast() {
    candidates.add(10, 10, 20, 20, 0.5, null);
    assertThat(candidates.faces())
        .containsExactly(new Detection(new Box(10, 10, 10, 10), 0.5, null));
  }

  @Test
  void clipsToTheFrame() {
    candidates.add(-10, -5, 30, 40, 1.2, null);
    candidates.add(80, 50, 130, 90, 0.9, null);
    assertThat(candidates.faces())
        .containsExactly(
            new Detection(new Box(0, 0, 30, 40), 1, null),
            new Detection(new Box(80, 50, 20, 30), 0.9, null));
  }

  @Test
  void keepsTheBestOfTheOverlappingAndTheMostConfidentFirst() {
    candidates.add(10, 10, 40, 40, 0.6, null);
    candidates.add(50, 10, 80, 40, 0.7, null);
    candidates.add(12, 10, 42, 40, 0.8, null);
    candidates.add(10, 42, 40, 72, 0.55, null);
    candidates.add(50, 42, 80, 72, 0.95, null);
    assertThat(candidates.faces())
        .extracting(Detection::confidence)
        .containsExactly(0.95, 0.8, 0.7);
  }
}
