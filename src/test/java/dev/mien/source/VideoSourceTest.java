package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of films that are sound: frames, times, sizes, colours. */
final class VideoSourceTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private static void sameAsProbed(Path file) throws Exception {
    List<Double> expected = Clips.times(file);
    try (Source source = Clips.open(file)) {
      List<Long> times = Clips.drain(source);
      assertThat(times).hasSameSizeAs(expected);
      for (int i = 0; i < times.size(); i++) {
        assertThat(times.get(i) / 1e9).as("frame %d", i).isCloseTo(expected.get(i), within(1e-5));
      }
    }
  }

  @Test
  @DisplayName("R09, R16: the demo clip gives every frame, at ffprobe's time")
  void demo() throws Exception {
    try (Source source = Clips.open(Clips.DEMO)) {
      assertThat(source.pace()).isEqualTo(Pace.RECORDED);
      assertThat(source.name()).isEqualTo("cap13_edit2.mp4");
      assertThat(Clips.drain(source)).hasSize(765).isSorted();
    }
    sameAsProbed(Clips.DEMO);
  }

  @Test
  @DisplayName("R16: frames that come irregularly keep number and time")
  void irregular() throws Exception {
    Path list = folder.resolve("list.txt");
    List<String> lines = new ArrayList<>();
    try (PatternSource pattern = new PatternSource("pattern", 320, 240, 25, 40L)) {
      for (Frame frame = pattern.read(); frame != null; frame = pattern.read()) {
        try (Frame read = frame) {
          String name = "p%02d.png".formatted(read.sequence());
          opencv_imgcodecs.imwrite(folder.resolve(name).toString(), read.image());
          lines.add("file " + name);
          lines.add("duration 0.%02d".formatted(2 + read.sequence() * 7 % 19));
        }
      }
    }
    Files.write(list, lines);
    for (String ending : List.of("mp4", "mkv")) {
      Path file = folder.resolve("vfr." + ending);
      Clips.ffmpeg("-f concat -i %s -vsync vfr -pix_fmt yuv420p %s", list, file);
      sameAsProbed(file);
      try (Source source = Clips.open(file)) {
        for (int i = 0; i < 40; i++) {
          try (Frame frame = Objects.requireNonNull(source.read())) {
            assertThat(PatternSource.readCounter(frame)).as(ending).hasValue(i);
          }
        }
      }
    }
  }

  @Test
  @DisplayName("R16: pictures without times of their own get growing ones")
  void noTimes() throws Exception {
    Path file = Clips.pattern(folder.resolve("raw.h264"), 1);
    try (Source source = Clips.open(file)) {
      List<Long> times = Clips.drain(source);
      assertThat(times).hasSize(25).doesNotHaveDuplicates().isSorted();
    }
  }

  @Test
  @DisplayName("R15: a film of one picture in four seconds is not called truncated")
  void slow() throws Exception {
    Path file = folder.resolve("slow.mp4");
    Clips.ffmpeg("-f lavfi -i testsrc=s=64x64:r=0.25:d=20 -pix_fmt yuv420p %s", file);
    try (Source source = Clips.open(file)) {
      assertThat(Clips.drain(source)).hasSize(5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 90, 180, 270})
  @DisplayName("R17: turned films are shown upright")
  void turned(int degrees) throws Exception {
    Path lying = folder.resolve("lying.mp4");
    Path turned = folder.resolve("turned.mp4");
    // Red left, blue right. That ffmpeg turns by these angles counter-clockwise.
    Clips.ffmpeg(
        "-f lavfi -i color=red:s=64x96:d=0.2 -f lavfi -i color=blue:s=64x96:d=0.2"
            + " -filter_complex hstack -pix_fmt yuv420p %s",
        lying);
    Clips.ffmpeg("-i %s -c copy -metadata:s:v rotate=%d %s", lying, degrees, turned);
    try (Source source = Clips.open(turned);
        Frame frame = Objects.requireNonNull(source.read())) {
      boolean across = degrees % 180 == 0;
      assertThat(frame.size()).isEqualTo(across ? new Size(128, 96) : new Size(96, 128));
      int[][] red = {{10, 48}, {48, 118}, {118, 48}, {48, 10}};
      int[] place = red[degrees / 90];
      assertThat(Clips.pixel(frame, place[0], place[1])[2]).as("red").isGreaterThan(200);
      int[] other = {frame.size().width() - 1 - place[0], frame.size().height() - 1 - place[1]};
      assertThat(Clips.pixel(frame, other[0], other[1])[0]).as("blue").isGreaterThan(200);
    }
  }

  @Test
  @DisplayName("R14: every pixel is right whatever the width")
  void widths() throws Exception {
    for (String format : List.of("yuv420p", "yuv444p", "bgr0")) {
      for (int width = 62; width <= 79; width++) {
        if (format.equals("yuv420p") && width % 2 == 1) {
          continue;
        }
        Path file = folder.resolve("w.mkv");
        Path wide = folder.resolve("wide.mkv");
        String line =
            "-f lavfi -i testsrc2=s=96x50:r=25:d=0.04,format=%s,crop=%d:50:0:0 -c:v ffv1 %s";
        Clips.ffmpeg(line, format, width, file);
        Clips.ffmpeg(line, format, 96, wide);
        try (Source source = Clips.open(file);
            Frame frame = Objects.requireNonNull(source.read());
            Source reference = Clips.open(wide);
            Frame expected = Objects.requireNonNull(reference.read())) {
          assertThat(frame.size()).isEqualTo(new Size(width, 50));
          int worst = 0;
          for (int y = 0; y < 50; y++) {
            for (int x = 0; x < width; x++) {
              int[] a = Clips.pixel(frame, x, y);
              int[] b = Clips.pixel(expected, x, y);
              worst =
                  Math.max(
                      worst, IntStream.range(0, 3).map(c -> Math.abs(a[c] - b[c])).max().orElse(0));
            }
          }
          assertThat(worst).as("%s %d", format, width).isLessThanOrEqualTo(4);
        }
      }
    }
  }

  /** Within 4 of 255: 8 bit YUV and swscale's fast rounding. */
  @ParameterizedTest
  @CsvSource({
    "bt601, smpte170m, tv, 64x64",
    "bt709, bt709, tv, 64x64",
    "bt709, bt709, pc, 64x64",
    "bt601, smpte170m, pc, 1280x720",
    "bt709, bt709, tv, 1280x720",
    "bt601, unknown, tv, 64x64",
    "bt709, unknown, tv, 1280x720"
  })
  @DisplayName("R35: colours are right for the matrix and range that the film names")
  void colours(String matrix, String tag, String range, String size) throws Exception {
    int[][] bgr = {{0, 0, 255}, {0, 255, 0}, {255, 0, 0}, {128, 128, 128}};
    List<String> names = List.of("0xff0000", "0x00ff00", "0x0000ff", "0x808080");
    for (int i = 0; i < bgr.length; i++) {
      Path file = folder.resolve("c%d.mkv".formatted(i));
      Clips.ffmpeg(
          "-f lavfi -i color=%s:s=%s:d=0.04,format=gbrp"
              + " -vf scale=out_color_matrix=%s:out_range=%s,format=yuv444p"
              + " -colorspace %s -color_range %s -c:v ffv1 %s",
          names.get(i), size, matrix, range, tag, range, file);
      try (Source source = Clips.open(file);
          Frame frame = Objects.requireNonNull(source.read())) {
        int[] found = Clips.pixel(frame, 30, 30);
        for (int c = 0; c < 3; c++) {
          assertThat(found[c]).as(Arrays.toString(found)).isCloseTo(bgr[i][c], within(4));
        }
      }
    }
  }

  @Test
  @DisplayName("R35: a film that changes its size keeps its colours and every picture")
  void changesSize() throws Exception {
    Path big = folder.resolve("big.h264");
    Path small = folder.resolve("small.h264");
    Path both = folder.resolve("both.h264");
    String line =
        "-f lavfi -i color=0x00ff00:s=%s:d=0.4,format=gbrp -vf"
            + " scale=out_color_matrix=bt709,format=yuv420p -colorspace bt709 %s";
    Clips.ffmpeg(line, "320x240", big);
    Clips.ffmpeg(line, "160x120", small);
    Files.write(both, Clips.bytes(big));
    Files.write(both, Clips.bytes(small), java.nio.file.StandardOpenOption.APPEND);
    List<Size> sizes = new ArrayList<>();
    try (Source source = Clips.open(both)) {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        try (Frame read = frame) {
          sizes.add(read.size());
          int[] found = Clips.pixel(read, 30, 30);
          assertThat(found[1]).as(Arrays.toString(found)).isGreaterThan(245);
          assertThat(found[2]).as(Arrays.toString(found)).isLessThan(12);
        }
      }
    }
    assertThat(sizes).hasSize(20).contains(new Size(320, 240), new Size(160, 120));
  }

  @Test
  void pictureNamedAsFilm() throws Exception {
    Path picture = folder.resolve("12:30.png");
    Clips.ffmpeg("-f lavfi -i testsrc=s=64x48 -frames:v 1 file:%s", picture);
    Path named = Files.move(picture, folder.resolve("12:30.mp4"));
    try (Source source = Clips.open(named)) {
      assertThat(source.pace()).isEqualTo(Pace.STILLS);
      assertThat(Clips.drain(source)).hasSize(1);
    }
  }

  @Test
  void onePixel() throws Exception {
    Path file = folder.resolve("dot.mkv");
    Clips.ffmpeg("-f lavfi -i color=red:s=64x64:d=0.2,format=gbrp,crop=1:1 -c:v ffv1 %s", file);
    try (Source source = Clips.open(file);
        Frame frame = Objects.requireNonNull(source.read())) {
      assertThat(frame.size()).isEqualTo(new Size(1, 1));
      assertThat(Clips.pixel(frame, 0, 0)[2]).isGreaterThan(200);
    }
  }

  @Test
  @SuppressWarnings("try") // To be closed twice is allowed.
  void closedIsTheEnd() throws Exception {
    try (Source source = Clips.open(Clips.DEMO)) {
      Objects.requireNonNull(source.read()).close();
      source.close();
      assertThat(source.read()).isNull();
    }
  }
}
