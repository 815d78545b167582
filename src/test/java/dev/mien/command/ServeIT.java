package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service as a program: what it would run, what it runs, and what changes while it runs. */
@Timeout(300)
final class ServeIT {
  private static final String NO_LABELS = "models: {classify: []}\npage: none\n";

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void needsSignals() {
    assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "needs /bin/kill");
  }

  private void write(String cameras) throws IOException {
    Path written =
        Files.writeString(
            folder.resolve("written.yaml"), NO_LABELS + "cameras:\n" + cameras.indent(2));
    Files.move(written, folder.resolve("mien.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("/bin/kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** One line of the program's standard output. */
  private record Line(String source, long frame) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Line of(String text) throws IOException {
      var node = JSON.readTree(text);
      return new Line(node.get("source").asText(), node.get("frame").asLong());
    }
  }

  private static Line next(BufferedReader out) throws IOException {
    String line = out.readLine();
    assertThat(line).as("the program has ended").isNotNull();
    return Line.of(line);
  }

  private List<Path> files(String glob) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(p -> p.getFileName().toString().matches(glob)).sorted().toList();
    }
  }

  @Test
  void checkSaysWhatWouldRunAndNoSecret() throws Exception {
    Files.writeString(folder.resolve("secret"), "hunter2");
    write(
        """
        door: {source: 'rtsp://door/1', user: me, password: 'file:secret', to: [a.jsonl]}
        card: {source: 'pattern:', max_age: 2s}
        """);
    Program.Ended ended = new Program(folder).run("serve", "--check", "mien.yaml");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains(
            "yunet by onnxruntime",
            "hide      nothing",
            "camera door",
            "rtsp://***@door/1",
            "a.jsonl",
            "camera card",
            "2000ms",
            "cpu")
        .doesNotContain("hunter2", "me:");
    assertThat(files("a.*")).isEmpty();
  }

  /** R55: it ends at once, and nothing runs on. */
  @Test
  void whatIsWrongInTheFileIsSaidInOneLine() throws Exception {
    write(
        """
        door: {sorce: 0}
        """);
    new Program(folder).run("serve", "mien.yaml").saysOnly(2, "did you mean 'source'?");
    new Program(folder).run("serve", "no.yaml").saysOnly(2, "no.yaml: there is no such file");
  }

  @Test
  void itEndsWithItsLastCamera() throws Exception {
    write(
        """
        card: {source: 'pattern:64x64@50?frames=20', to: [a.jsonl]}
        """);
    Program.Ended ended = new Program(folder).run("serve", "mien.yaml");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(files("a-card-[0-9-]+\\.jsonl")).hasSize(1);
  }

  @Test
  void anAbsentCameraIsWaitedForAndSigtermWritesAll() throws Exception {
    write(
        """
        away: {source: 'rtsp://127.0.0.1:9/'}
        card: {source: 'pattern:64x64', to: [a.jsonl, a.mp4, -]}
        """);
    Process process = new Program(folder).start("serve", "mien.yaml");
    try (Program.Killer killer = new Program.Killer(process);
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (int i = 0; i < 30; i++) {
        assertThat(next(out).source()).isEqualTo("card");
      }
      signal(process, "TERM");
      assertThat(out.lines()).allMatch(l -> l.startsWith("{"));
      assertThat(killer.process().waitFor()).isEqualTo(143);
    }
    assertThat(Files.readAllLines(files("a-card.*jsonl").get(0))).hasSizeGreaterThanOrEqualTo(30);
    assertThat(files("a-card.*mp4").get(0)).isNotEmptyFile();
  }

  @Test
  void aReloadAppliesWhatChangedAndNothingElse() throws Exception {
    write(
        """
        same: {source: 'pattern:64x64@20', to: [-]}
        other: {source: 'pattern:64x64@20', to: [-]}
        """);
    Process process = new Program(folder).start("serve", "mien.yaml");
    List<Long> same = new ArrayList<>();
    try (Program.Killer killer = new Program.Killer(process);
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      until(out, "other", same);
      write(
          """
          same: {source: 'pattern:64x64@20', to: [-]}
          fresh: {source: 'pattern:64x64@20', to: [-]}
          """);
      signal(process, "HUP");
      until(out, "fresh", same);
      // What is wrong changes nothing, not even for the camera that it does not concern.
      write(
          """
          same: {source: 'pattern:64x64@20', to: [nowhere/a.jsonl]}
          other: {source: 'pattern:64x64@20', to: [-]}
          """);
      signal(process, "HUP");
      write(
          """
          same: {sorce: 1}
          """);
      signal(process, "HUP");
      for (int i = 0; i < 20; i++) {
        Line line = next(out);
        assertThat(line.source()).isNotEqualTo("other");
      }
      signal(process, "TERM");
      out.lines().forEach(l -> {});
      assertThat(killer.process().waitFor()).isEqualTo(143);
    }
    // Live frames may be dropped at any time; that a reload drops none is ServiceTest's to show.
    assertThat(same).as("it was never begun anew").isSorted().doesNotHaveDuplicates();
  }

  /** Reads until a camera has given frames, and notes the frames of the one that stays. */
  private static void until(BufferedReader out, String camera, List<Long> same) throws IOException {
    for (int seen = 0; seen < 10; ) {
      Line line = next(out);
      seen += line.source().equals(camera) ? 1 : 0;
      if (line.source().equals("same")) {
        same.add(line.frame());
      }
    }
  }

  private void writeWithPage(String page) throws IOException {
    Path written =
        Files.writeString(
            folder.resolve("written.yaml"),
            """
            models: {classify: []}
            page: %s
            cameras: {away: {source: 'rtsp://127.0.0.1:9/'}}
            """
                .formatted(page));
    Files.move(written, folder.resolve("mien.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String cameras(int port) throws IOException {
    try (InputStream in =
        URI.create("http://127.0.0.1:" + port + "/api/cameras").toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void awaitSaid(String what, int times) {
    BrowserIT.until(() -> said().split(what, -1).length > times);
  }

  private String said() {
    try {
      return Files.readString(folder.resolve("stderr"));
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void thePageMovesWithTheFile() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    writeWithPage("http://127.0.0.1:" + port);
    Process process =
        new Program(folder).in("MIEN_TOKEN", "geheimeswort12").start("serve", "mien.yaml");
    try (Program.Killer killer = new Program.Killer(process)) {
      awaitSaid("the page is at", 1);
      writeWithPage("http://0.0.0.0:" + port);
      signal(process, "HUP");
      awaitSaid("mien.yaml applied", 1);
      assertThat(Files.readString(folder.resolve("stderr"))).contains("http://0.0.0.0:" + port);
      writeWithPage("none");
      signal(process, "HUP");
      awaitSaid("mien.yaml applied", 2);
      assertThatThrownBy(() -> cameras(port)).isInstanceOf(ConnectException.class);
      signal(process, "TERM");
      assertThat(killer.process().waitFor()).isEqualTo(143);
    }
  }

  @Test
  void thePageSaysThatACameraIsAway() throws Exception {
    writeWithPage("http://127.0.0.1:0");
    Process process = new Program(folder).start("serve", "mien.yaml");
    try (Program.Killer killer = new Program.Killer(process)) {
      awaitSaid("the page is at", 1);
      int port = URI.create(BrowserIT.address(folder.resolve("stderr"))).getPort();
      BrowserIT.until(
          () -> {
            try {
              return cameras(port).contains("\"state\":\"retrying\"");
            } catch (IOException e) {
              return false;
            }
          });
      assertThat(cameras(port)).contains("\"reason\":");
      signal(process, "TERM");
      assertThat(killer.process().waitFor()).isEqualTo(143);
    }
  }
}
