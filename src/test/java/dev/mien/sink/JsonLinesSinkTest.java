package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.face.Classification.Score;
import dev.mien.face.Face;
import dev.mien.frame.Frame;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JsonLinesSinkTest {
  private final Path folder;

  JsonLinesSinkTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void hasTheShapeThatReadersKnow() throws Exception {
    assertThat(line(Footage.face(3, 32, 12.5, 7.5, 11.8, Footage.happy())))
        .isEqualTo(
            "{\"timestamp\":1200000000,\"frame\":30,\"source\":\"door\","
                + "\"resolution\":{\"width\":100,\"height\":80},\"objects\":[{\"id\":3,"
                + "\"roi_type\":\"face\",\"x\":32,\"y\":13,\"w\":8,\"h\":11,\"detection\":{"
                + "\"bounding_box\":{\"x_min\":0.32,\"y_min\":0.15625,\"x_max\":0.395,"
                + "\"y_max\":0.30375},\"confidence\":0.94,\"label\":\"face\"},\"emotion\":{"
                + "\"label\":\"happy\",\"confidence\":0.71,\"model\":{\"name\":\"emotion\"},"
                + "\"scores\":{\"happy\":0.71,\"sad\":0.29},\"age\":0}}]}\n");
  }

  @Test
  void aFrameWithoutFacesIsALineToo() throws Exception {
    assertThat(line()).endsWith("\"objects\":[]}\n");
  }

  @Test
  void boxesStayInTheFrameAndNumbersPlain() throws Exception {
    Face.Label odd =
        new Face.Label(
            "id", "m", "ä\"\n", 0, List.of(new Score("ä\"\n", 0.00012), new Score("b", 1)));
    JsonNode face =
        new ObjectMapper()
            .readTree(line(Footage.face(1, -5, -5, 300, 300, odd, odd, Footage.happy())))
            .at("/objects/0");
    assertThat(face.at("/x").asInt()).isZero();
    assertThat(face.at("/w").asInt()).isEqualTo(100);
    assertThat(face.at("/h").asInt()).isEqualTo(80);
    assertThat(face.at("/detection/bounding_box/x_max").asText()).isEqualTo("1.0");
    assertThat(face.at("/id").asInt()).isEqualTo(1);
    assertThat(face.at("/id-m/label").asText()).isEqualTo("ä\"\n");
    assertThat(face.at("/id-m/scores/b").asText()).isEqualTo("1.0");
    assertThat(face.has("id-m-2")).isTrue();
    assertThat(line(Footage.face(1, 0, 0, 5, 5, odd))).contains("0.0001").doesNotContain("E-");
  }

  @Test
  void whatAModelIsUnsureOfSaysSo() throws Exception {
    Face.Label unsure = new Face.Label("mask", "mask", "with_mask", 0.6, List.of(), false);
    assertThat(line(Footage.face(1, 0, 0, 5, 5, unsure)))
        .contains("\"label\":\"with_mask\",\"confidence\":0.6,\"unsure\":true");
    assertThat(line(Footage.face(1, 0, 0, 5, 5, Footage.happy()))).doesNotContain("unsure");
  }

  @Test
  void whatNobodyCanKnowSaysWhy() throws Exception {
    Face.Label unknown = Footage.happy().unknown("mask");
    assertThat(line(Footage.face(1, 0, 0, 5, 5, unknown)))
        .contains("\"label\":\"unknown\",\"confidence\":0.0,\"reason\":\"mask\"")
        .contains("\"happy\":")
        .doesNotContain("unsure");
  }

  @Test
  void aFileIsAtMostASecondOfTheStreamBehind() throws Exception {
    Path file = folder.resolve("o.jsonl");
    try (Sink sink = new SinkAddress.JsonLines(file).open(Footage.outlet(folder))) {
      assertThat(sink.wants()).isEqualTo(Sink.Want.NOTHING);
      for (int i = 0; i <= 60; i++) {
        try (Frame frame = Footage.frame(i, i * 40L * Footage.MS, 100, 80)) {
          sink.write(frame, Footage.seen(frame));
        }
        assertThat(Files.readAllLines(file)).hasSizeGreaterThan(i - 25);
      }
      sink.finish();
    }
    assertThat(Files.readAllLines(file)).hasSize(61);
  }

  @Test
  void aFullDiskIsNamed() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "no /dev/full here");
    try (Sink sink = new SinkAddress.JsonLines(Path.of("/dev/full")).open(Footage.outlet(folder));
        Frame frame = Footage.frame(0, 0, 10, 10)) {
      assertThatThrownBy(() -> sink.write(frame, Footage.seen(frame)))
          .isInstanceOf(SinkException.class)
          .isNotInstanceOf(SinkClosedException.class)
          .hasMessage("/dev/full: disk full");
    }
  }

  /** Writes for ever to its standard output; leaves with 42 when its reader has gone. */
  static final class Talker {
    private Talker() {}

    public static void main(String[] args) throws Exception {
      try (Sink sink = new JsonLinesSink("-", new FileOutputStream(FileDescriptor.out));
          Frame frame = Footage.frame(0, 0, 10, 10)) {
        while (true) {
          sink.write(frame, Footage.seen(frame));
        }
      } catch (SinkClosedException e) {
        System.exit(42);
      }
    }
  }

  @Test
  void aReaderThatHasReadEnoughIsNoFailure() throws Exception {
    Process talker = Footage.java(List.of(), Talker.class).start();
    try (BufferedReader lines = talker.inputReader()) {
      assertThat(lines.readLine()).startsWith("{\"timestamp\":0,");
    }
    assertThat(talker.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(talker.exitValue()).isEqualTo(42);
    try (BufferedReader said = talker.errorReader()) {
      assertThat(said.readLine()).isNull();
    }
  }

  @Test
  void standardOutputStaysOpen() throws Exception {
    boolean[] closed = new boolean[1];
    OutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    new JsonLinesSink("-", out).close();
    assertThat(closed[0]).isFalse();
  }

  private static String line(Face... faces) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Sink sink = new JsonLinesSink("-", out);
        Frame frame = Footage.frame(30, 1_200_000_000L, 100, 80)) {
      sink.write(frame, Footage.seen(frame, faces));
      return out.toString(StandardCharsets.UTF_8);
    }
  }
}
