package dev.mien.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.sink.SinkException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FacesCsvTest {
  @TempDir private Path folder = Path.of("");

  private static Face face(long id, Face.Label... labels) {
    return new Face(
        id, new Detection(new Box(10.4, 20.5, 30.2, 40.1), 0.98765, null), List.of(labels));
  }

  private void write(Path file, List<String> tasks, Face... faces) throws IOException {
    try (FacesCsv csv = new FacesCsv(file, tasks);
        Frame frame = new Frame(3, 0, new Mat(8, 8, opencv_core.CV_8UC3))) {
      csv.write(frame, new Observation("s", 3, 1_234_567_890L, new Size(100, 100), List.of(faces)));
      csv.write(frame, new Observation("s", 4, 1_300_000_000L, new Size(100, 100), List.of()));
      csv.finish();
    }
  }

  @Test
  void aRowForEachFaceWithItsLabels() throws Exception {
    Path file = folder.resolve("faces.csv");
    Face.Label glad = new Face.Label("mood", "m", "glad, \"very\"", 0.5, List.of());
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      write(file, List.of("mood"), face(1, glad), face(2));
    } finally {
      Locale.setDefault(before);
    }
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "frame,seconds,id,x,y,w,h,confidence,mood,mood_confidence,mood_state",
            "3,1.234568,1,10,21,31,40,0.9877,\"glad, \"\"very\"\"\",0.5000,sure",
            "3,1.234568,2,10,21,31,40,0.9877,,,");
  }

  @Test
  void aSecondModelOfATaskHasColumnsOfItsOwn() throws Exception {
    Path file = folder.resolve("faces.csv");
    Face.Label one = new Face.Label("mood", "m", "glad", 0.5, List.of());
    Face.Label other = new Face.Label("mood", "n", "sad", 0.25, List.of()).unknown("turned");
    write(file, List.of("mood", "mood-n"), face(1, one, other));
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "frame,seconds,id,x,y,w,h,confidence,mood,mood_confidence,mood_state,"
                + "mood-n,mood-n_confidence,mood-n_state",
            "3,1.234568,1,10,21,31,40,0.9877,glad,0.5000,sure,unknown,0.0000,turned");
  }

  @Test
  void aSpreadsheetCalculatesNothingOfIt() throws Exception {
    Path file = folder.resolve("faces.csv");
    Face.Label formula = new Face.Label("=mood", "m", "=cmd|'/C calc'!A0", 0.5, List.of());
    Face.Label word = new Face.Label("mask", "n", "with-mask", 0.25, List.of(), false);
    write(file, List.of("=mood", "mask"), face(1, formula, word));
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "frame,seconds,id,x,y,w,h,confidence,\"'=mood\",\"'=mood_confidence\","
                + "\"'=mood_state\",mask,mask_confidence,mask_state",
            "3,1.234568,1,10,21,31,40,0.9877,\"'=cmd|'/C calc'!A0\",0.5000,sure,with-mask,0.2500,unsure");
  }

  @Test
  void withoutTasksThereAreNoColumnsForThem() throws Exception {
    Path file = folder.resolve("faces.csv");
    write(file, List.of(), face(1, new Face.Label("mood", "m", "glad", 0.5, List.of())));
    assertThat(Files.readAllLines(file))
        .containsExactly("frame,seconds,id,x,y,w,h,confidence", "3,1.234568,1,10,21,31,40,0.9877");
  }

  @Test
  void aFullDiskIsNamed() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "no /dev/full here");
    assertThatThrownBy(() -> write(full, List.of(), face(1)))
        .isInstanceOf(SinkException.class)
        .hasMessage("/dev/full: disk full");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsRefusedAtOnce() {
    assertThatThrownBy(() -> new FacesCsv(folder.resolve("no/faces.csv"), List.of()))
        .isInstanceOf(IOException.class);
  }
}
