package dev.mien.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.face.Classification;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TallyTest {
  private static final long SECOND = 1_000_000_000L;

  private final Frame frame = new Frame(0, 0, new Mat(8, 8, opencv_core.CV_8UC3));
  private final Tally tally = new Tally();

  @AfterEach
  void close() {
    frame.close();
  }

  private static Face face(long id, String label) {
    return new Face(
        id,
        new Detection(new Box(1, 1, 4, 4), 0.9, null),
        List.of(
            new Face.Label(
                "mood", "m", label, 0.8, List.of(new Classification.Score(label, 0.8)))));
  }

  private void see(long timestamp, Face... faces) {
    tally.write(frame, new Observation("s", 0, timestamp, new Size(64, 48), Arrays.asList(faces)));
  }

  @Test
  void framesFacesAndLabelsAreCounted() {
    see(2 * SECOND, face(1, "glad"));
    see(3 * SECOND, face(1, "sad"), face(2, "glad"));
    see(4 * SECOND);
    assertThat(tally.frames()).isEqualTo(3);
    assertThat(tally.framesWithFace()).isEqualTo(2);
    assertThat(tally.faces()).isEqualTo(3);
    assertThat(tally.duration()).isEqualTo(2 * SECOND);
    assertThat(tally.resolution()).isEqualTo(new Size(64, 48));
    assertThat(tally.labels()).isEqualTo(Map.of("mood", Map.of("glad", 2L, "sad", 1L)));
  }

  @Test
  void aTrackReachesFromItsFirstToItsLastFrame() {
    see(0, face(7, "glad"));
    see(SECOND);
    see(2 * SECOND, face(7, "sad"), face(9, "sad"));
    assertThat(tally.tracks())
        .containsExactly(
            new Tally.Track(7, 0, 2 * SECOND, 2, Map.of("mood", Map.of("glad", 1L, "sad", 1L))),
            new Tally.Track(9, 2 * SECOND, 2 * SECOND, 1, Map.of("mood", Map.of("sad", 1L))));
  }

  @Test
  void aSpanIsASecondLongWhileThereAreFew() {
    long start = SECOND / 3;
    for (int i = 0; i < 100; i++) {
      see(start + i * SECOND / 10, face(1, "glad"));
    }
    assertThat(tally.spans()).hasSize(10);
    assertThat(tally.spans())
        .allSatisfy(
            s -> {
              assertThat(s.to() - s.from()).isEqualTo(SECOND);
              assertThat(s.frames()).isEqualTo(10);
              assertThat(s.faces()).isEqualTo(10);
            });
    assertThat(tally.spans().get(0).from()).isEqualTo(start);
  }

  @Test
  void spansAreJoinedWhereThereWouldBeTooMany() {
    int seconds = 1_000;
    for (int i = 0; i < seconds; i++) {
      see(i * SECOND, face(1, i % 2 == 0 ? "glad" : "sad"));
    }
    List<Tally.Span> spans = tally.spans();
    assertThat(spans).hasSizeBetween(30, 60);
    assertThat(spans.stream().mapToLong(Tally.Span::frames).sum()).isEqualTo(seconds);
    assertThat(spans.stream().mapToLong(Tally.Span::faces).sum()).isEqualTo(seconds);
    for (int i = 1; i < spans.size(); i++) {
      assertThat(spans.get(i).from()).isEqualTo(spans.get(i - 1).to());
    }
    Tally.Span first = spans.get(0);
    assertThat(first.frames()).isEqualTo((first.to() - first.from()) / SECOND);
    assertThat(first.labels())
        .isEqualTo(Map.of("mood", Map.of("glad", first.frames() / 2, "sad", first.frames() / 2)));
  }

  @Test
  void timeThatGoesBackOrLeapsFarIsCountedToo() {
    see(10 * SECOND, face(1, "glad"));
    see(9 * SECOND, face(1, "glad"));
    see(1_000_000 * SECOND, face(1, "glad"));
    assertThat(tally.spans()).hasSizeLessThanOrEqualTo(60);
    assertThat(tally.spans().stream().mapToLong(Tally.Span::frames).sum()).isEqualTo(3);
  }
}
