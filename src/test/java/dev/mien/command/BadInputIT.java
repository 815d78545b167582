package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mien.onnx.Network;
import dev.mien.sink.SmallDisk;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong: one line, the right status, no stack trace, no crash, no hang. */
@Timeout(300)
final class BadInputIT {
  @TempDir private Path folder = Path.of("");

  private Program.Ended analyze(String... arguments) throws IOException, InterruptedException {
    String[] all = new String[arguments.length + 6];
    String[] first = {"analyze", "--quiet", "--classify", "none", "--to", "out.jsonl"};
    System.arraycopy(first, 0, all, 0, 6);
    System.arraycopy(arguments, 0, all, 6, arguments.length);
    return new Program(folder).run(all);
  }

  @Test
  void aRunThatDoesNotBeginLeavesWhatIsThere() throws Exception {
    Files.writeString(folder.resolve("today.mp4"), "recorded before");
    Files.writeString(folder.resolve("today.jsonl"), "observed before");
    new Program(folder)
        .run(
            "watch",
            "--quiet",
            "--classify",
            "none",
            "--source",
            "rtsp://127.0.0.1:9/",
            "--to",
            "today.mp4",
            "--to",
            "today.jsonl")
        .saysOnly(5, "127.0.0.1:9");
    assertThat(folder.resolve("today.mp4")).hasContent("recorded before");
    assertThat(folder.resolve("today.jsonl")).hasContent("observed before");
  }

  @Test
  void aMissingFile() throws Exception {
    analyze("nowhere.mp4").saysOnly(2, "nowhere.mp4");
  }

  @Test
  void anEmptyFile() throws Exception {
    Files.createFile(folder.resolve("empty.mp4"));
    analyze("empty.mp4").saysOnly(2, "empty.mp4: the file is empty");
  }

  @Test
  void aTruncatedFile() throws Exception {
    byte[] clip = Files.readAllBytes(Program.CLIP);
    Files.write(folder.resolve("half.mp4"), java.util.Arrays.copyOf(clip, clip.length / 2));
    analyze("half.mp4").saysOnly(2, "half.mp4");
  }

  @Test
  void flippedBits() throws Exception {
    byte[] clip = Files.readAllBytes(Program.CLIP);
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      clip[clip.length / 10 + random.nextInt(clip.length * 8 / 10)] ^= (byte) (1 << (i % 8));
    }
    Files.write(folder.resolve("flipped.mp4"), clip);
    Program.Ended ended = analyze("--max-frames", "200", "flipped.mp4");
    assertThat(ended.status()).isIn(0, 1, 2);
    assertThat(ended.errors()).hasSizeLessThanOrEqualTo(1);
    assertThat(ended.err()).doesNotContain("\tat ");
  }

  @Test
  void onlySound() throws Exception {
    ByteArrayOutputStream wave = new ByteArrayOutputStream();
    wave.write("RIFF$\u0010\0\0WAVEfmt \u0010\0\0\0\u0001\0\u0001\0".getBytes(latin()));
    wave.write("@\u001f\0\0@\u001f\0\0\u0001\0\u0008\0data\0\u0010\0\0".getBytes(latin()));
    wave.write(new byte[4096]);
    Files.write(folder.resolve("sound.wav"), wave.toByteArray());
    analyze("sound.wav").saysOnly(2, "only sound");
  }

  private static java.nio.charset.Charset latin() {
    return StandardCharsets.ISO_8859_1;
  }

  @Test
  void aPictureOfOnePixel() throws Exception {
    picture(folder.resolve("dot.png"), 1, 1);
    analyze("dot.png").isQuiet();
    assertThat(Files.readAllLines(folder.resolve("out.jsonl"))).hasSize(1);
  }

  @Test
  void aPictureThatIsFarTooLarge() throws Exception {
    picture(folder.resolve("huge.png"), 16_000, 16_000);
    analyze("huge.png")
        .saysOnly(2, "huge.png: pictures of 16000x16000, expected at most 32768 pixels a side");
  }

  @Test
  void aPictureThatSaysItIsAVideo() throws Exception {
    picture(folder.resolve("picture.mp4"), 64, 48);
    analyze("picture.mp4").isQuiet();
    assertThat(Files.readAllLines(folder.resolve("out.jsonl"))).hasSize(1);
  }

  /** Black, one bit a pixel. */
  private static void picture(Path file, int width, int height) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream rows = new DeflaterOutputStream(packed)) {
      byte[] row = new byte[1 + (width + 7) / 8];
      for (int i = 0; i < height; i++) {
        rows.write(row);
      }
    }
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(width);
    fields.writeInt(height);
    fields.write(new byte[] {1, 0, 0, 0, 0});
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
      chunk(out, "IHDR", header.toByteArray());
      chunk(out, "IDAT", packed.toByteArray());
      chunk(out, "IEND", new byte[0]);
    }
  }

  private static void chunk(DataOutputStream out, String type, byte[] data) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(type.getBytes(latin()));
    sum.update(data);
    out.writeInt(data.length);
    out.write(type.getBytes(latin()));
    out.write(data);
    out.writeInt((int) sum.getValue());
  }

  private Path model() throws IOException {
    Path copy = Files.createDirectory(folder.resolve("model"));
    for (String name : new String[] {"card.yaml", "model.onnx", "LICENSE"}) {
      Files.copy(Program.HOME.resolve("models/yunet").resolve(name), copy.resolve(name));
    }
    return copy;
  }

  @Test
  void aModelThatIsNotTheOneOfItsCard() throws Exception {
    Path file = model().resolve("model.onnx");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    analyze("--detector", "./model", Program.CLIP.toString()).saysOnly(3, "model.onnx");
  }

  @Test
  void aModelWithoutACard() throws Exception {
    Files.delete(model().resolve("card.yaml"));
    analyze("--detector", "./model", Program.CLIP.toString()).saysOnly(3, "card.yaml");
  }

  /** A folder of a detector whose files are what its card says, and no detector. */
  private void detector(String kind, String... files) throws Exception {
    Path made = Files.createDirectory(folder.resolve("mine"));
    StringBuilder card = new StringBuilder("task: face\n");
    card.append("input: {layout: nchw, width: 300, height: 300, color: bgr, scale: 1}\n");
    card.append("detector: {kind: %s, working_size: 300, score: 0.5, nms: 0.3}\n".formatted(kind));
    card.append("licence: none\norigin: a test\nfiles:\n");
    for (int i = 0; i < files.length; i += 2) {
      byte[] bytes =
          files[i + 1].endsWith(".onnx")
              ? Files.readAllBytes(Program.HOME.resolve(files[i + 1]))
              : files[i + 1].getBytes(latin());
      Files.write(made.resolve(files[i]), bytes);
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(bytes);
      card.append("  %s: \"%s\"\n".formatted(files[i], HexFormat.of().formatHex(sum)));
    }
    Files.writeString(made.resolve("card.yaml"), card);
  }

  private void isNoDetector(String words) throws Exception {
    analyze("--detector", "./mine", Program.CLIP.toString()).saysOnly(3, words);
  }

  @Test
  void aNetworkThatFindsNoFaces() throws Exception {
    detector("yunet", "model.onnx", "src/test/resources/models/emotion/model.onnx");
    isNoDetector("model 'mine'");
  }

  @Test
  void aNetworkThatIsNone() throws Exception {
    detector("yunet", "model.onnx", "\0\1 not a network");
    isNoDetector("model 'mine': its network cannot be read as ONNX");
  }

  @Test
  void filesThatWereExchanged() throws Exception {
    detector("ssd", "a.prototxt", "\n\u0002\u0003\b\0", "a.caffemodel", "name: \"x\"");
    isNoDetector("the .prototxt is no text of whole {blocks}");
  }

  @Test
  void aDescriptionThatBreaksOff() throws Exception {
    detector("ssd", "a.pbtxt", "node { name: \"x\"", "a.pb", "\n\u0002\u0003");
    isNoDetector("the .pbtxt is no text of whole {blocks}");
  }

  @Test
  void aDetectorThatIsAskedForLabels() throws Exception {
    Program.Ended ended =
        new Program(folder)
            .run("analyze", "--classify", "yunet", "--to", "o.jsonl", Program.CLIP.toString());
    assertThat(ended.status()).isIn(2, 3);
    ended.saysOnly(ended.status(), "yunet");
  }

  @Test
  void anOutputFolderThatIsAFile() throws Exception {
    Files.createFile(folder.resolve("taken"));
    new Program(folder)
        .run("analyze", "--classify", "none", "--out", "taken", Program.CLIP.toString())
        .saysOnly(2, "taken");
  }

  @Test
  void aFullDisk() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "needs /dev/full");
    Files.createSymbolicLink(folder.resolve("full.jsonl"), Path.of("/dev/full"));
    analyze("--to", "full.jsonl", "--max-frames", "20", Program.CLIP.toString())
        .saysOnly(1, "full.jsonl: disk full");
    assertThat(Files.readAllLines(folder.resolve("out.jsonl"))).hasSize(20);
  }

  /** The first line fits and is written at once; the others are held back for a second. */
  @Test
  void aDiskThatIsFullAtTheVeryEnd() throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), "size=4k")) {
      analyze("--to", "disk/late.jsonl", "--max-frames", "24", Program.CLIP.toString())
          .saysOnly(1, "disk/late.jsonl: disk full");
      assertThat(Files.readAllLines(disk.file("late.jsonl")).get(0)).endsWith("}");
    }
    assertThat(Files.readAllLines(folder.resolve("out.jsonl"))).hasSize(24);
  }

  @ParameterizedTest
  @CsvSource({
    "--no-such-flag, no-such-flag",
    "--conf=7, --conf",
    "--conf=NaN, --conf",
    "--max-frames=0, --max-frames",
    "--max-frames=x, --max-frames",
    "--device=tpu, tpu",
    "--engine=tensorrt, tensorrt",
    "--to=film.doc, film.doc",
    "--to=window, DISPLAY",
    "--to=no/where.mp4, no",
    "--log-level=loud, --log-level"
  })
  void aWrongWord(String flag, String named) throws Exception {
    analyze(flag, Program.CLIP.toString()).saysOnly(2, named);
  }

  @Test
  void aGpuThatIsNotThere() throws Exception {
    assumeTrue(Network.cudaObstacle().isPresent(), "this machine has one");
    analyze("--device", "cuda", Program.CLIP.toString()).saysOnly(3, "cuda");
  }

  @Test
  void aCameraThatNobodyAnswersFor() throws Exception {
    analyze("rtsp://127.0.0.1:9/x").saysOnly(5, "127.0.0.1:9");
  }

  @Test
  void aCameraThatRefusesThePassword() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Thread camera = new Thread(() -> refuse(server));
      camera.setDaemon(true);
      camera.start();
      Program.Ended ended =
          analyze("rtsp://peter:opensesame@127.0.0.1:" + server.getLocalPort() + "/x");
      ended.saysOnly(4, "127.0.0.1");
      assertThat(ended.err()).doesNotContain("opensesame").doesNotContain("peter");
    }
  }

  private static void refuse(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        InputStream in = socket.getInputStream();
        StringBuilder request = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
          request.append((char) c);
          if (request.toString().endsWith("\r\n\r\n")) {
            String number = request.toString().replaceAll("(?s).*CSeq: *(\\d+).*", "$1");
            socket
                .getOutputStream()
                .write(
                    ("RTSP/1.0 401 Unauthorized\r\nCSeq: "
                            + number
                            + "\r\nWWW-Authenticate: Basic realm=\"camera\"\r\n\r\n")
                        .getBytes(latin()));
            request.setLength(0);
          }
        }
      } catch (IOException e) {
        // The client went, or the test is over.
      }
    }
  }
}
