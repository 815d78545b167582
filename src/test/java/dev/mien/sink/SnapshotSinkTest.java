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

final class SnapshotSinkTest {
  private final Path folder;

  SnapshotSinkTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void savesEachFaceOnceInItsColours() throws Exception {
    Path faces = folder.resolve("faces");
    try (Sink sink = new SinkAddress.Snapshots(faces).open(Footage.outlet(folder))) {
      for (int i = 0; i < 5; i++) {
        try (Frame frame = Footage.frame(i, i * Footage.MS, 64, 48)) {
          sink.write(
              frame,
              i < 2
                  ? Footage.seen(frame, Footage.face(7, 1, 1, 9, 9))
                  : Footage.seen(frame, Footage.face(3, 9, 9, 9, 9), Footage.face(7, 1, 1, 9, 9)));
        }
      }
    }
    assertThat(names(faces)).containsExactly("door-0-7.jpg", "door-2-3.jpg");
    try (Mat saved = opencv_imgcodecs.imread(faces.resolve("door-2-3.jpg").toString())) {
      assertThat(saved.ptr(12, 48).get(0) & 255).isLessThan(30);
      assertThat(saved.ptr(12, 48).get(2) & 255).isGreaterThan(225);
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
            plain.rtsp())
        .fileName();
  }

  @Test
  void nativeMemoryStaysFlat() throws Exception {
    try (Sink sink = new SinkAddress.Snapshots(folder).open(Footage.outlet(folder));
        Frame frame = Footage.frame(0, 0, 64, 48)) {
      sink.write(frame, Footage.seen(frame, Footage.face(0, 1, 1, 9, 9)));
      long before = Pointer.totalBytes();
      for (int i = 1; i < 100; i++) {
        sink.write(frame, Footage.seen(frame, Footage.face(i, 1, 1, 9, 9)));
      }
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    }
  }

  private static List<String> names(Path folder) throws Exception {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
