package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.detect.Detector;
import dev.mien.detect.Detectors;
import dev.mien.face.Detection;
import dev.mien.frame.Frame;
import dev.mien.model.Models;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hidden faces stay hidden from the detector that found them. */
@Timeout(120)
final class HideIT {
  private static final int FRAMES = 120;

  @TempDir private Path folder = Path.of("");

  private List<Detection> seenIn(String video) throws IOException {
    List<Detection> seen = new ArrayList<>();
    Models models = new Models(Program.HOME.resolve("models"));
    int frames = 0;
    try (Detector detector = Detectors.open(models.find("yunet"), 0.6);
        Source source = SourceAddress.parse(folder.resolve(video).toString()).open()) {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        try (Frame read = frame) {
          seen.addAll(detector.detect(read));
          frames++;
        }
      }
    }
    assertThat(frames).isEqualTo(FRAMES);
    return seen;
  }

  private void analyze(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("analyze", "--quiet", "--classify", "none"));
    all.addAll(List.of("--max-frames", Integer.toString(FRAMES)));
    all.addAll(List.of(more));
    all.add(Program.CLIP.toString());
    new Program(folder).run(all.toArray(new String[0])).isQuiet();
  }

  @Test
  @DisplayName("R54: no output contains a face that can be detected")
  void noFaceIsLeft() throws Exception {
    analyze("--to", "open.mp4");
    analyze("--to", "hidden.mp4", "--hide", "faces");
    assertThat(seenIn("open.mp4")).as("the test would see them").hasSizeGreaterThan(FRAMES / 2);
    assertThat(seenIn("hidden.mp4")).isEmpty();
  }

  @Test
  void whatElseCannotBeHidden() throws Exception {
    new Program(folder)
        .run("analyze", "--hide", "shoes", Program.CLIP.toString())
        .saysOnly(2, "--hide");
  }
}
