package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VideoSinkTest {
  private static final long[] UNEVEN = {500, 533, 600, 601, 1100, 1133, 4000, 4017, 4040};

  private final Path folder;

  VideoSinkTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @ValueSource(strings = {"o.mp4", "o.mkv"})
  void keepsTheTimesOfTheFrames(String name) throws Exception {
    Path file = folder.resolve(name);
    try (Sink sink = open(file)) {
      for (int i = 0; i < UNEVEN.length; i++) {
        write(sink, i, UNEVEN[i] * Footage.MS, 64, 48);
      }
      sink.finish();
    }
    List<Footage.Shown> shown = Footage.read(file);
    assertThat(shown).hasSize(UNEVEN.length);
    for (int i = 0; i < UNEVEN.length; i++) {
      assertThat(shown.get(i).ms()).isCloseTo((double) (UNEVEN[i] - UNEVEN[0]), within(1.0));
    }
  }

  @Test
  void timesThatStandStillOrGoBackLoseNoFrame() throws Exception {
    Path file = folder.resolve("o.mp4");
    try (Sink sink = open(file)) {
      for (long ms : new long[] {0, 40, 40, 40, 20, 80}) {
        write(sink, 0, ms * Footage.MS, 64, 48);
      }
      sink.finish();
    }
    assertThat(Footage.read(file)).hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"o.mp4", "o.mkv"})
  void redStaysRed(String name) throws Exception {
    Path file = folder.resolve(name);
    try (Sink sink = open(file)) {
      for (int i = 0; i < 5; i++) {
        write(sink, i, i * 40L * Footage.MS, 1280, 720);
      }
      sink.finish();
    }
    for (Footage.Shown shown : Footage.read(file)) {
      assertThat(shown.rgb().get(0)).isGreaterThan(240);
      assertThat(shown.rgb().get(1)).isLessThan(15);
      assertThat(shown.rgb().get(2)).isLessThan(15);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 16, 16",
    "17, 33, 18, 34",
    "321, 241, 322, 242",
    "3840, 2160, 3840, 2160",
    "2160, 3840, 2160, 3840",
    "5001, 3000, 3602, 2160",
    "9000, 20, 3840, 16"
  })
  void takesPicturesOfAnySize(int width, int height, int shownWidth, int shownHeight)
      throws Exception {
    Path file = folder.resolve("o.mp4");
    try (Sink sink = open(file)) {
      write(sink, 0, 0, width, height);
      write(sink, 1, 40 * Footage.MS, width, height);
      sink.finish();
    }
    assertThat(Footage.read(file))
        .hasSize(2)
        .allSatisfy(f -> assertThat(f.size()).isEqualTo(new Size(shownWidth, shownHeight)));
  }

  @Test
  void aChangeOfSizeIsFittedIntoTheFirst() throws Exception {
    Path file = folder.resolve("o.mp4");
    try (Sink sink = open(file)) {
      write(sink, 0, 0, 320, 240);
      write(sink, 1, 40 * Footage.MS, 640, 480);
      write(sink, 2, 80 * Footage.MS, 161, 700);
      write(sink, 3, 120 * Footage.MS, 1, 1);
      write(sink, 4, 160 * Footage.MS, 319, 239);
      write(sink, 5, 200 * Footage.MS, 320, 240);
      sink.finish();
    }
    List<Footage.Shown> shown = Footage.read(file);
    assertThat(shown)
        .hasSize(6)
        .allSatisfy(f -> assertThat(f.size()).isEqualTo(new Size(320, 240)));
    assertThat(shown.get(1).rgb().get(0)).isGreaterThan(240);
    assertThat(shown.get(2).rgb()).allSatisfy(c -> assertThat(c).isLessThan(15));
  }

  @Test
  void noFramesNoFile() throws Exception {
    Path file = folder.resolve("o.mp4");
    Sink sink = open(file);
    sink.close();
    sink.close();
    assertThat(file).doesNotExist();
  }

  @Test
  void nativeMemoryStaysFlat() throws Exception {
    Path file = folder.resolve("o.mp4");
    long start = Pointer.totalBytes();
    try (Sink sink = open(file)) {
      for (int i = 0; i < 20; i++) {
        write(sink, i, i * 40L * Footage.MS, 161, 121);
      }
      long before = Pointer.totalBytes();
      for (int i = 20; i < 520; i++) {
        write(sink, i, i * 40L * Footage.MS, i % 2 == 0 ? 161 : 100, 121);
      }
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
      sink.finish();
    }
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(start);
  }

  /** Writes for ever; told of every hundredth frame on its standard output. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] args) throws Exception {
      try (Sink sink =
          new SinkAddress.VideoFile(Path.of(args[0])).open(Footage.outlet(Path.of(".")))) {
        for (int i = 0; ; i++) {
          try (Frame frame = Footage.frame(i, i * 40L * Footage.MS, 160, 120)) {
            sink.write(frame, Footage.seen(frame));
          }
          if (i % 100 == 99) {
            System.out.println(i + 1);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"o.mp4", "o.mkv"})
  void playsAfterTheProcessWasKilled(String name) throws Exception {
    Path file = folder.resolve(name);
    Process child = Footage.java(List.of(), Endless.class, file.toString()).start();
    int written = 0;
    try (BufferedReader lines = child.inputReader()) {
      while (written < 300) {
        written = Integer.parseInt(Objects.requireNonNull(lines.readLine(), "the child ended"));
      }
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
    // Half a second of 25 frames each may be missing; an index at most hides one more.
    assertThat(Footage.read(file)).hasSizeGreaterThanOrEqualTo(written - 14);
  }

  @Test
  void aFinishedFileIsAnOrdinaryMp4() throws Exception {
    Path file = folder.resolve("o.mp4");
    try (Sink sink = open(file)) {
      for (int i = 0; i < 100; i++) {
        write(sink, i, i * 40L * Footage.MS, 64, 48);
      }
      sink.finish();
    }
    byte[] bytes = Files.readAllBytes(file);
    // ftyp and free of 44 bytes, then one box that hides the fragments from players.
    assertThat(new String(bytes, 48, 4, StandardCharsets.US_ASCII)).isEqualTo("mdat");
    assertThat(Footage.read(file)).hasSize(100);
  }

  /** At 256k the end is torn inside the head of a fragment, which players refuse. */
  @ParameterizedTest
  @CsvSource({"o.mp4, 256k", "o.mp4, 212k", "o.mkv, 256k"})
  void aFullDiskIsNamedAndWhatWasWrittenPlays(String name, String size) throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), "size=" + size)) {
      Path file = disk.file(name);
      int[] written = new int[1];
      Sink sink = open(file);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 5000; i++) {
                  write(sink, i, i * 40L * Footage.MS, 640, 480);
                  written[0]++;
                }
              })
          .isInstanceOf(SinkException.class)
          .hasMessage(file + ": disk full");
      sink.close();
      assertThat(written[0]).isGreaterThan(30);
      assertThat(Footage.read(file)).hasSizeGreaterThan(written[0] - 30);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"o.mp4", "o.mkv"})
  void aDiskThatIsFullAtTheVeryEndIsNamedToo(String name) throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), "size=1m")) {
      Path file = disk.file(name);
      try (Sink sink = open(file)) {
        for (int i = 0; i < 40; i++) {
          write(sink, i, i * 40L * Footage.MS, 640, 480);
        }
        disk.fill();
        assertThatThrownBy(sink::finish)
            .isInstanceOf(SinkException.class)
            .hasMessageStartingWith(file + ": disk full");
      }
      assertThat(Footage.read(file)).hasSizeGreaterThan(20);
    }
  }

  private Sink open(Path file) throws Exception {
    return new SinkAddress.VideoFile(file).open(Footage.outlet(folder));
  }

  private static void write(Sink sink, long sequence, long time, int width, int height)
      throws Exception {
    try (Frame frame = Footage.frame(sequence, time, width, height)) {
      sink.write(frame, Footage.seen(frame));
    }
  }
}
