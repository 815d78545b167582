package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

final class PictureFolderTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private Path picture(String name, int width, int height) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    try (Mat image = new Mat(height, width, opencv_core.CV_8UC3, new Scalar(9, 9, 9, 0))) {
      assertThat(opencv_imgcodecs.imwrite(file.toString(), image)).isTrue();
    }
    return file;
  }

  @Test
  @DisplayName("F7: what is left out of a folder is counted and named")
  void leftOut() throws Exception {
    picture("2.jpg", 64, 64);
    picture("10.jpg", 64, 64);
    picture("._1.jpg", 64, 64);
    Files.createDirectory(folder.resolve("more"));
    Files.writeString(folder.resolve("a.heic"), "x");
    Logger log = (Logger) LoggerFactory.getLogger(PictureFolder.class);
    ListAppender<ILoggingEvent> ear = new ListAppender<>();
    ear.start();
    log.addAppender(ear);
    List<Path> listed = PictureFolder.list("shown", folder, "*");
    log.detachAppender(ear);
    assertThat(listed).containsExactly(folder.resolve("2.jpg"), folder.resolve("10.jpg"));
    assertThat(ear.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("shown: 2 left out, not jpg, png, bmp, webp or tif: a.heic, more/");
    assertThatThrownBy(() -> PictureFolder.list("shown", folder, "*.heic"))
        .hasMessageEndingWith("; found a.heic");
  }

  @ParameterizedTest
  @CsvSource({
    "a.jpg, false",
    "b/a.jpg, false",
    ".a.jpg, true",
    ".ipynb_checkpoints/a.jpg, true",
    "b/@eaDir/a.jpg, true",
    "__MACOSX/b/._a.jpg, true",
    "b/#recycle/c/a.jpg, true",
  })
  @DisplayName("F6: hidden is what lies in a hidden folder, wherever the search began")
  void hidden(String file, boolean is) {
    Path root = Path.of("/home/.cache/@eaDir");
    assertThat(PictureFolder.isHidden(root, root.resolve(file))).isEqualTo(is);
  }

  @Test
  @DisplayName("F15: a panorama is read")
  void panorama() throws Exception {
    try (Mat read = Still.read(picture("wide.jpg", 12_000, 2_000))) {
      assertThat(read.cols()).isEqualTo(12_000);
    }
  }

  /** Of 4x2 pixels in three equal bytes, 10 to 80 row by row. */
  private static byte[] tiff(int orientation) {
    int heads = 8 + 2 + 11 * 12 + 4;
    ByteBuffer out = ByteBuffer.allocate(heads + 6 + 24).order(ByteOrder.LITTLE_ENDIAN);
    out.put("II*\0".getBytes(StandardCharsets.US_ASCII)).putInt(8).putShort((short) 11);
    int[][] tags = {
      {256, 1, 4},
      {257, 1, 2},
      {258, 3, heads},
      {259, 1, 1},
      {262, 1, 2},
      {273, 1, heads + 6},
      {274, 1, orientation},
      {277, 1, 3},
      {278, 1, 2},
      {279, 1, 24},
      {284, 1, 1},
    };
    for (int[] tag : tags) {
      out.putShort((short) tag[0]).putShort((short) 3).putInt(tag[1]).putInt(tag[2]);
    }
    out.putInt(0).putShort((short) 8).putShort((short) 8).putShort((short) 8);
    for (int i = 0; i < 24; i++) {
      out.put((byte) (10 * (i / 3 + 1)));
    }
    return out.array();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 4, 10, 80", "2, 4, 40, 50", "3, 4, 80, 10", "4, 4, 50, 40",
    "5, 2, 10, 80", "6, 2, 50, 40", "7, 2, 80, 10", "8, 2, 40, 50",
  })
  @DisplayName("F15: a TIFF is upright, all eight ways")
  void turnedTiff(int orientation, int width, int first, int last) throws Exception {
    Path file = Files.write(folder.resolve("t.tif"), tiff(orientation));
    try (Frame frame = new Frame(0, 0, Still.read(file))) {
      assertThat(frame.size()).isEqualTo(new Size(width, 8 / width));
      assertThat(Clips.pixel(frame, 0, 0)[0]).isEqualTo(first);
      assertThat(Clips.pixel(frame, width - 1, 8 / width - 1)[0]).isEqualTo(last);
    }
  }

  @Test
  @DisplayName("S9: a GIF of a few bytes that would take a gigabyte is refused")
  void bomb() throws Exception {
    byte[] head = "GIF89a".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer gif = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    gif.put(head).putShort((short) 8000).putShort((short) 8000).putShort((short) 0).put((byte) 0);
    gif.put((byte) 0x2c).putInt(0).putShort((short) 8000).putShort((short) 8000).put((byte) 0);
    gif.put(new byte[] {2, 2, 0x4c, 1, 0, 0x3b});
    Path file = Files.write(folder.resolve("bomb.gif"), gif.array());
    assertThatThrownBy(() -> SourceAddress.parse(file.toString()).open().close())
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("pictures of 8000x8000, expected at most");
  }
}
