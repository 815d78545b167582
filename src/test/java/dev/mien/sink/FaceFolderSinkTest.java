package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.frame.Frame;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FaceFolderSinkTest {
  private final Path folder;

  FaceFolderSinkTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void savesEachFaceOnceAtItsLargest() throws Exception {
    Path faces = folder.resolve("faces");
    try (Sink sink = new SinkAddress.Snapshots(faces).open(Footage.outlet(folder))) {
      for (int i = 0; i < 5; i++) {
        try (Frame frame = Footage.frame(i, i * 500L * Footage.MS, 64, 48)) {
          int side = i == 2 ? 20 : 10;
          sink.write(
              frame,
              i < 4
                  ? Footage.seen(frame, Footage.face(7, 4, 4, side, side))
                  : Footage.seen(frame, Footage.face(9, 30, 4, 10, 10)));
        }
      }
      sink.finish();
    }
    assertThat(names(faces)).containsExactly("door-7-00-00-01.000.jpg", "door-9-00-00-02.000.jpg");
    try (Mat saved = opencv_imgcodecs.imread(faces.resolve("door-7-00-00-01.000.jpg").toString())) {
      assertThat(saved.cols()).isEqualTo(30);
      assertThat(saved.rows()).isEqualTo(30);
    }
  }

  @Test
  void aFaceIsWrittenWhenItHasLeftAndNotBefore() throws Exception {
    Path faces = folder.resolve("faces");
    try (Sink sink = new SinkAddress.Snapshots(faces).open(Footage.outlet(folder))) {
      for (int i = 0; i < 4; i++) {
        try (Frame frame = Footage.frame(i, i * 600L * Footage.MS, 64, 48)) {
          sink.write(
              frame,
              i == 0 ? Footage.seen(frame, Footage.face(7, 4, 4, 9, 9)) : Footage.seen(frame));
        }
        assertThat(names(faces)).hasSize(i * 600 > 1000 ? 1 : 0);
      }
    }
  }

  @Test
  void aSourceNameIsMadeFitForAFileName() {
    assertThat(named("rtsp://door:554/live/1")).isEqualTo("rtsp-door-554-live-1");
    assertThat(named("../../etc/pässword")).isEqualTo("etc-pässword");
    assertThat(named("//")).isEqualTo("source");
  }

  private String named(String source) {
    Outlet plain = Footage.outlet(folder);
    return new Outlet(
            source,
            plain.standardOutput(),
            plain.controls(),
            folder,
            plain.frameRate(),
            Pages.NONE,
            plain.rtsp(),
            plain.away(),
            true,
            plain.recording())
        .fileName();
  }

  @Test
  void nativeMemoryStaysFlat() throws Exception {
    long before = Pointer.totalBytes();
    try (Sink sink = new SinkAddress.Snapshots(folder).open(Footage.outlet(folder))) {
      for (int i = 0; i < 100; i++) {
        try (Frame frame = Footage.frame(i, i * 300L * Footage.MS, 64, 48)) {
          sink.write(frame, Footage.seen(frame, Footage.face(i, 1, 1, 9, 9)));
        }
      }
    }
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    assertThat(names(folder)).hasSizeGreaterThan(90);
  }

  private static List<String> names(Path folder) throws Exception {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
