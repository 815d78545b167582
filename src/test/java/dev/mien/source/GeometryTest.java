package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures that a container wants turned, mirrored or stretched. */
final class GeometryTest {
  private static final int ONE = 1 << 16;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  /** Red, green, blue and white by quarters: top left, top right, bottom left, bottom right. */
  private Path quarters(String ending, String options) throws Exception {
    Path file = folder.resolve("quarters." + ending);
    Clips.ffmpeg(
        "-f lavfi -i color=red:s=64x48:d=0.2 -f lavfi -i color=lime:s=64x48:d=0.2"
            + " -f lavfi -i color=blue:s=64x48:d=0.2 -f lavfi -i color=white:s=64x48:d=0.2"
            + " -filter_complex xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0%s"
            + " -pix_fmt yuv420p %s",
        options, file);
    return file;
  }

  private static char colour(Frame frame, int x, int y) {
    int[] bgr = Clips.pixel(frame, x, y);
    boolean blue = bgr[0] > 128;
    boolean green = bgr[1] > 128;
    return blue && green ? 'w' : blue ? 'b' : green ? 'g' : 'r';
  }

  private static String corners(Frame frame) {
    int right = frame.size().width() - 8;
    int bottom = frame.size().height() - 8;
    return ""
        + colour(frame, 8, 8)
        + colour(frame, right, 8)
        + colour(frame, 8, bottom)
        + colour(frame, right, bottom);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 0, 1, rgbw",
    "-1, 0, 0, 1, grwb",
    "1, 0, 0, -1, bwrg",
    "-1, 0, 0, -1, wbgr",
    "0, 1, 1, 0, rbgw",
    "0, 1, -1, 0, brwg",
    "0, -1, 1, 0, gwrb",
    "0, -1, -1, 0, wgbr",
  })
  @DisplayName("F1: all eight ways to lie are brought upright")
  void turned(int a, int b, int c, int d, String corners) throws Exception {
    Path file = quarters("mp4", "");
    byte[] bytes = Clips.bytes(file);
    int head = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("tkhd");
    // Behind the name: version and flags, times, id, duration, layer, group, volume.
    ByteBuffer matrix = ByteBuffer.wrap(bytes).position(head + 4 + 40);
    int[] rows = {a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30};
    for (int value : rows) {
      matrix.putInt(value);
    }
    Files.write(file, bytes);
    try (Source source = Clips.open(file);
        Frame frame = Objects.requireNonNull(source.read())) {
      assertThat(frame.size()).isEqualTo(a == 0 ? new Size(96, 128) : new Size(128, 96));
      assertThat(corners(frame)).isEqualTo(corners);
    }
  }

  @ParameterizedTest
  @CsvSource({"2/1, 256, 96", "1/2, 128, 192", "24/11, 279, 96", "1/1, 128, 96", "0/1, 128, 96"})
  @DisplayName("F1: pixels that are not square become so")
  void stretched(String pixel, int width, int height) throws Exception {
    Path file = quarters("mkv", ",setsar=" + pixel);
    try (Source source = Clips.open(file);
        Frame frame = Objects.requireNonNull(source.read())) {
      assertThat(frame.size()).isEqualTo(new Size(width, height));
      assertThat(corners(frame)).isEqualTo("rgbw");
    }
  }

  @Test
  @DisplayName("F1: a shape of pixels that nobody has is not believed")
  void absurd() {
    assertThat(Bgr.square(640, 480, 4000, 3)).isEqualTo(new Size(640, 480));
    assertThat(Bgr.square(8000, 8000, 2, 1)).isEqualTo(new Size(8000, 8000));
    assertThat(Bgr.square(352, 576, 24, 11)).isEqualTo(new Size(768, 576));
  }
}
