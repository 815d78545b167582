package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Films that are damaged, cut short, too large, or none. */
final class BrokenVideoTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  @DisplayName("R15: damaged files end in one line, never in a dead JVM")
  void damaged() throws Exception {
    Random random = new Random(15);
    for (String ending : List.of("mp4", "mkv", "ts", "avi")) {
      byte[] whole = Clips.bytes(Clips.pattern(folder.resolve("whole." + ending), 1));
      for (int i = 0; i < 10; i++) {
        byte[] bad =
            i % 2 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
        for (int flips = 0; i % 2 == 1 && flips < 1 + i * 20; flips++) {
          bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        }
        Files.write(folder.resolve("bad%d.%s".formatted(i, ending)), bad);
      }
    }
    String said =
        Clips.run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                ReadAll.class.getName(),
                folder.toString()));
    assertThat(said).endsWith("read 40 bad files\n");
  }

  /** Reads all bad files of a folder; the child JVM of the test. */
  static final class ReadAll {
    private ReadAll() {}

    public static void main(String[] arguments) throws IOException {
      int count = 0;
      try (java.nio.file.DirectoryStream<Path> files =
          Files.newDirectoryStream(Path.of(arguments[0]), "bad*")) {
        for (Path file : files) {
          count++;
          try (Source source = Clips.open(file)) {
            Clips.drain(source);
          } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("\n")) {
              throw e;
            }
          }
        }
      }
      System.out.println("read " + count + " bad files");
    }
  }

  private static void refused(Path file, String line) {
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(
            () -> {
              try (Source source = Clips.open(file)) {
                Clips.drain(source);
              }
            })
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.BAD_INPUT))
        .withMessageContaining(line)
        .withMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "mkv"})
  @DisplayName("R15: a film whose end is missing is called truncated after its last picture")
  void truncated(String ending) throws Exception {
    Path whole = Clips.pattern(folder.resolve("whole." + ending), 8);
    Path front = folder.resolve("front." + ending);
    String atTheFront = ending.equals("mp4") ? "-movflags +faststart " : "";
    Clips.ffmpeg("-i %s -c copy %s%s", whole, atTheFront, front);
    byte[] bytes = Clips.bytes(front);
    Path half = folder.resolve("half." + ending);
    Files.write(half, Arrays.copyOf(bytes, bytes.length / 2));
    refused(half, "but says that it lasts 8.0 s; truncated?");
    try (Source source = VideoSource.open("front", front, StreamOptions.NONE)) {
      assertThat(Clips.drain(source)).hasSize(200);
    }
  }

  @Test
  @DisplayName("R15: nor is one whose sound goes on after the pictures")
  void longerSound() throws Exception {
    Path file = folder.resolve("sound.mkv");
    Clips.ffmpeg(
        "-f lavfi -i testsrc=s=64x64:r=25:d=1 -f lavfi -i sine=d=9 -pix_fmt yuv420p %s", file);
    try (Source source = VideoSource.open("sound", file, StreamOptions.NONE)) {
      assertThat(Clips.drain(source)).hasSize(25);
    }
  }

  @Test
  void whatIsNoFilm() throws Exception {
    refused(folder.resolve("none.mp4"), "none.mp4: there is no such file");
    refused(Files.createFile(folder.resolve("empty.mp4")), "empty.mp4: the file is empty");
    refused(
        Files.writeString(folder.resolve("text.mp4"), "Dear diary,\nnothing happened.\n".repeat(9)),
        "text.mp4: ");
    Path sound = folder.resolve("sound.mp4");
    Clips.ffmpeg("-f lavfi -i sine=d=1 %s", sound);
    refused(sound, "sound.mp4: there is no picture in it, only sound");
  }

  @Test
  @DisplayName("a header that names 16000x16000 pixels is refused")
  void tooLarge() throws Exception {
    Path file = folder.resolve("large.mp4");
    Clips.ffmpeg("-f lavfi -i color=red:s=64x48:d=0.2 -c:v libx264 %s", file);
    byte[] bytes = Clips.bytes(file);
    // Width and height in the sample entry, two bytes each, 24 bytes behind its name.
    int name = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("avc1", 100);
    for (int place : new int[] {28, 30}) {
      bytes[name + place] = 16000 >> 8;
      bytes[name + place + 1] = (byte) (16000 & 255);
    }
    Files.write(file, bytes);
    refused(file, "large.mp4: pictures of 16000x16000, expected at most 32768 pixels a side");
  }
}
