package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.source.SourceException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PictureSourceTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private Path picture(String name, int width, int height) {
    Path file = folder.resolve(name);
    try (Scalar red = new Scalar(0, 0, 255, 0);
        Mat image = new Mat(height, width, opencv_core.CV_8UC3, red)) {
      opencv_imgcodecs.imwrite(file.toString(), image);
    }
    return file;
  }

  @Test
  @DisplayName("pictures stay pictures when they come in real time")
  void stills() throws Exception {
    picture("a.png", 60, 40);
    SourceAddress pictures = SourceAddress.parse(folder.toString());
    try (Source paced = new Paced(pictures.open())) {
      assertThat(paced.pace()).isEqualTo(Pace.LIVE);
      assertThat(paced.stills()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 60, 40", "3, 60, 40", "6, 40, 60", "8, 40, 60"})
  @DisplayName("R17: photographs are turned as their EXIF data says")
  void exif(int orientation, int width, int height) throws Exception {
    byte[] plain = Clips.bytes(picture("plain.jpg", 60, 40));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(plain, 0, 2);
    out.writeShort(0xffe1);
    out.writeShort(34);
    out.write("Exif\0\0MM\0*".getBytes(StandardCharsets.ISO_8859_1));
    out.writeInt(8);
    out.writeShort(1);
    out.writeShort(0x0112);
    out.writeShort(3);
    out.writeInt(1);
    out.writeShort(orientation);
    out.writeShort(0);
    out.writeInt(0);
    out.write(plain, 2, plain.length - 2);
    Path file = Files.write(folder.resolve("turned.jpg"), bytes.toByteArray());
    try (Source source = new PictureSource("p", List.of(file));
        Frame frame = Objects.requireNonNull(source.read())) {
      assertThat(frame.size()).isEqualTo(new Size(width, height));
    }
  }

  @Test
  void oneThatCannotBeReadIsSkipped() throws Exception {
    Path bad = Files.writeString(folder.resolve("2.png"), "no picture");
    List<Path> files = List.of(picture("1.png", 8, 8), bad, picture("10.bmp", 9, 9));
    try (Source source = new PictureSource("p", files)) {
      assertThat(source.pace()).isEqualTo(Pace.STILLS);
      assertThat(Clips.drain(source)).containsExactly(0L, 1_000_000_000L);
    }
    refused(bad, bad + ": not a picture that can be read");
  }

  private static void refused(Path file, String line) {
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(
            () -> {
              try (Source source = new PictureSource("p", List.of(file))) {
                Clips.drain(source);
              }
            })
        .withMessageContaining(line)
        .withMessageNotContaining("\n")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.BAD_INPUT));
  }

  private static void chunk(DataOutputStream out, String name, byte[] body) throws IOException {
    byte[] kind = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(kind);
    sum.update(body);
    out.writeInt(body.length);
    out.write(kind);
    out.write(body);
    out.writeInt((int) sum.getValue());
  }

  /** A whole picture in black, one bit a pixel: some kB for up to gigabytes. */
  private Path bomb(int side) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(0x89504e470d0a1a0aL);
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(side);
    fields.writeInt(side);
    fields.write(new byte[] {1, 0, 0, 0, 0});
    chunk(out, "IHDR", header.toByteArray());
    Deflater deflater = new Deflater(9);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] rows = new byte[(side / 8 + 1) * 100];
    byte[] packed = new byte[1 << 16];
    for (int y = 0; y < side; y += 100) {
      deflater.setInput(rows);
      while (!deflater.needsInput()) {
        body.write(packed, 0, deflater.deflate(packed));
      }
    }
    deflater.finish();
    while (!deflater.finished()) {
      body.write(packed, 0, deflater.deflate(packed));
    }
    deflater.end();
    chunk(out, "IDAT", body.toByteArray());
    chunk(out, "IEND", new byte[0]);
    return Files.write(folder.resolve("bomb.png"), bytes.toByteArray());
  }

  private static long highestMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(l -> l.startsWith("VmHWM:"))
        .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
        .sum();
  }

  @ParameterizedTest
  @CsvSource({"30000", "16000"})
  @DisplayName("a small file of a huge picture is refused before it costs memory")
  void bombs(int side) throws Exception {
    picture("warm.png", 8, 8);
    Path bomb = bomb(side);
    long before = highestMemory();
    refused(bomb, "bomb.png: ");
    assertThat(highestMemory() - before).isLessThan(100L << 20);
  }
}
