package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.FormatMethod;
import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.junit.jupiter.api.Assumptions;

/** Test clips, made by the ffmpeg program; tests that need it are skipped where it is missing. */
public final class Clips {
  static final Path DEMO = Path.of("src/demo/cap13_edit2.mp4");

  private Clips() {}

  /** Runs ffmpeg with the words of this line. */
  @FormatMethod
  public static void ffmpeg(String line, Object... values) throws Exception {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-y"));
    command.addAll(List.of(String.format(Locale.ROOT, line, values).split(" ")));
    run(command);
  }

  static String run(List<String> command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      Assumptions.abort("the program " + command.get(0) + " is not installed");
      throw e;
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
    return said;
  }

  /** As many seconds of counted frames at 25 a second, 320x240, in H.264 or what the end says. */
  static Path pattern(Path file, int seconds) throws Exception {
    ffmpeg("-f lavfi -i testsrc=s=320x240:r=25:d=%d -g 25 -pix_fmt yuv420p %s", seconds, file);
    return file;
  }

  static Source open(Path file) throws IOException {
    return VideoSource.open(file.getFileName().toString(), file, StreamOptions.NONE);
  }

  /** Times of a file's pictures as ffprobe has them, in seconds. */
  public static List<Double> times(Path file) throws Exception {
    String said =
        run(
            List.of(
                "ffprobe",
                "-v",
                "error",
                "-select_streams",
                "v:0",
                "-show_entries",
                "frame=best_effort_timestamp_time",
                "-of",
                "default=nk=1:nw=1",
                file.toString()));
    return said.lines().filter(l -> !l.isBlank()).map(l -> Double.parseDouble(l.strip())).toList();
  }

  /** The timestamps of everything that is left, which is checked to be numbered without gaps. */
  static List<Long> drain(Source source) throws IOException {
    List<Long> times = new ArrayList<>();
    long expected = -1;
    for (Frame frame = source.read(); frame != null; frame = source.read()) {
      try (Frame read = frame) {
        assertThat(read.sequence()).isEqualTo(expected < 0 ? read.sequence() : expected);
        expected = read.sequence() + 1;
        times.add(read.timestamp());
      }
    }
    return times;
  }

  /** Blue, green and red of a pixel. */
  static int[] pixel(Frame frame, int x, int y) {
    try (UByteIndexer pixels = frame.image().createIndexer()) {
      return new int[] {pixels.get(y, x, 0), pixels.get(y, x, 1), pixels.get(y, x, 2)};
    }
  }

  static byte[] bytes(Path file) throws IOException {
    return Files.readAllBytes(file);
  }
}
