package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several sources in one program. */
@Timeout(300)
final class WatchIT {
  @TempDir private Path folder = Path.of("");

  private static String sourceOf(String line) {
    return line.replaceFirst(".*\"source\":\"([^\"]*)\".*", "$1");
  }

  @Test
  void sourcesOfOneNameGetNamesOfTheirOwn() {
    assertThat(names("pattern:", "pattern:320x240", "rtsp://u:p@door:8554/1", "pattern:"))
        .containsExactly("pattern", "pattern-2", "door-8554", "pattern-3");
    assertThat(names("http://door:80/")).containsExactly("door:80");
    assertThat(names("pattern=rtsp://h/x?a=b", "pattern:", "rtsp://h/x?a=b"))
        .containsExactly("pattern", "pattern-2", "h");
    assertThatThrownBy(() -> names("a=pattern:", "a=pattern:"))
        .hasMessageContaining("two sources are called 'a'");
  }

  private static List<String> names(String... sources) {
    return NamedSource.names(Stream.of(sources).map(NamedSource::parse).toList());
  }

  @Test
  void eachSourceGetsAFileOfItsOwnAndALineInTheSummary() throws Exception {
    Program.Ended ended =
        new Program(folder)
            .run(
                "watch",
                "--classify",
                "none",
                "--source",
                "pattern:128x96@25?frames=20",
                "--source",
                Program.CLIP.toString(),
                "--max-frames",
                "15",
                "--to",
                "seen.jsonl",
                "--to",
                "out.mkv",
                "--to",
                "-");
    assertThat(ended.err()).contains("pattern ").contains("cap13_edit2.mp4 ");
    assertThat(ended.status()).isZero();
    for (String name : List.of("pattern", "cap13_edit2.mp4")) {
      assertThat(Files.readAllLines(folder.resolve("seen-" + name + ".jsonl")))
          .isNotEmpty()
          .allMatch(l -> sourceOf(l).equals(name));
      assertThat(folder.resolve("out-" + name + ".mkv")).isNotEmptyFile();
    }
    assertThat(ended.out().lines().map(WatchIT::sourceOf).distinct())
        .containsExactlyInAnyOrder("pattern", "cap13_edit2.mp4");
    assertThat(folder.resolve("seen.jsonl")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "rtsp://bad:geheim@127.0.0.1:%d/x, 401, 4, user or password were not accepted",
    "rtsp://127.0.0.1:%d/x, 404, 5, no stream at this path"
  })
  void aServerThatRefusesTheStreamGivesItsStatus(String to, int answer, int status, String words)
      throws Exception {
    try (ServerSocket server = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      Thread thread = new Thread(() -> answer(server, answer));
      thread.setDaemon(true);
      thread.start();
      Program.Ended ended =
          new Program(folder)
              .run(
                  "watch",
                  "--classify",
                  "none",
                  "--source",
                  "pattern:128x96@25?frames=100",
                  "--to",
                  to.formatted(server.getLocalPort()),
                  "--quiet");
      assertThat(ended.err()).contains(words).doesNotContain("ffmpeg").doesNotContain("geheim");
      assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    }
  }

  /** The same to each request. */
  private static void answer(ServerSocket server, int status) {
    try {
      while (true) {
        try (Socket peer = server.accept();
            Scanner lines = new Scanner(peer.getInputStream(), StandardCharsets.UTF_8)) {
          while (lines.hasNextLine()) {
            String line = lines.nextLine();
            if (line.startsWith("CSeq: ")) {
              String text =
                  "RTSP/1.0 %d No\r\n%s\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"
                      .formatted(status, line);
              peer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            }
          }
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Test
  void oneThatCannotBeReachedIsSaidAndTheOthersGoOn() throws Exception {
    Program.Ended ended =
        new Program(folder)
            .run(
                "watch",
                "--quiet",
                "--classify",
                "none",
                "--source",
                "http://127.0.0.1:9/",
                "--source",
                "pattern:128x96@25?frames=20",
                "--to",
                "seen.jsonl");
    assertThat(ended.errors()).hasSize(1).first().asString().contains("http://127.0.0.1:9/");
    assertThat(ended.status()).isEqualTo(5);
    assertThat(folder.resolve("seen-pattern.jsonl")).isNotEmptyFile();
  }

  /** A writer that stops in the middle of its stream, as a camera does whose cable is loose. */
  @Test
  void oneThatStallsHoldsUpNeitherTheOthersNorTheEnd() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "needs /bin/kill");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "needs mkfifo");
    byte[] film = Files.readAllBytes(film());
    Path pipe = folder.resolve("camera");
    new ProcessBuilder("/usr/bin/mkfifo", pipe.toString()).start().waitFor();
    Process process =
        new Program(folder)
            .start(
                "watch",
                "--quiet",
                "--classify",
                "none",
                "--source",
                pipe.toString(),
                "--source",
                "pattern:128x96@25",
                "--to",
                "seen.jsonl",
                "--to",
                "-");
    try (Program.Killer killer = new Program.Killer(process);
        OutputStream camera = Files.newOutputStream(pipe);
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      camera.write(film);
      camera.flush();
      Map<String, Integer> seen = new TreeMap<>();
      while (seen.getOrDefault("camera", 0) < 5) {
        seen.merge(sourceOf(out.readLine()), 1, Integer::sum);
      }
      seen.clear();
      while (seen.getOrDefault("pattern", 0) < 50) {
        seen.merge(sourceOf(out.readLine()), 1, Integer::sum);
      }
      new ProcessBuilder("/bin/kill", "-TERM", Long.toString(process.pid())).start().waitFor();
      assertThat(out.lines()).allMatch(l -> l.startsWith("{"));
      assertThat(killer.process().waitFor()).isEqualTo(143);
    }
    assertThat(Files.readAllLines(folder.resolve("seen-pattern.jsonl")))
        .hasSizeGreaterThanOrEqualTo(40);
    assertThat(Files.readAllLines(folder.resolve("seen-camera.jsonl"))).isNotEmpty();
  }

  @Test
  void aStopDoesNotWaitForACameraThatNeverAnswers() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "needs /bin/kill");
    try (ServerSocket camera = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "rtsp://127.0.0.1:%d/1".formatted(camera.getLocalPort());
      Process process =
          new Program(folder)
              .start("watch", "--classify", "none", "--source", url, "--to", "seen.jsonl");
      try (Program.Killer killer = new Program.Killer(process);
          Socket asked = camera.accept()) {
        assertThat(asked.getInputStream().read()).isPositive();
        new ProcessBuilder("/bin/kill", "-TERM", Long.toString(process.pid())).start().waitFor();
        assertThat(killer.process().waitFor()).isEqualTo(143);
      }
    }
    assertThat(Files.readString(folder.resolve("stderr"))).isEmpty();
  }

  /** A short film that can be read as it comes. */
  private Path film() throws Exception {
    Path film = folder.resolve("film.mkv");
    new Program(folder)
        .run(
            "analyze",
            "--quiet",
            "--classify",
            "none",
            "--to",
            film.toString(),
            "pattern:128x96@25?frames=30")
        .isQuiet();
    return film;
  }
}
