package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.frame.Frame;
import dev.mien.source.Clips;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real program from its start to its end. */
@Timeout(300)
final class RunIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder = Path.of("");

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      nodes.add(JSON.readTree(line));
    }
    return nodes;
  }

  private static long pictures(Path video) throws IOException {
    long count = 0;
    try (Source source = SourceAddress.parse(video.toString()).open()) {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        frame.close();
        count++;
      }
    }
    return count;
  }

  @Test
  void aRecordingGivesTheSameBytesEveryTime() throws Exception {
    String clip = Program.CLIP.toString();
    new Program(folder).run("analyze", "--quiet", "--classify", "none", clip).isQuiet();
    new Program(folder)
        .run("analyze", "--quiet", "--classify", "none", "--to", "again.jsonl", clip)
        .isQuiet();
    Path results = folder.resolve("mien-out/cap13_edit2.mp4");
    Path first = results.resolve("observations.jsonl");
    assertThat(first).hasSameBinaryContentAs(folder.resolve("again.jsonl"));
    List<JsonNode> lines = lines(first);
    assertThat(lines).hasSize((int) Program.CLIP_FRAMES);
    Set<Long> ids = new HashSet<>();
    lines.forEach(l -> l.get("objects").forEach(o -> ids.add(o.get("id").asLong())));
    assertThat(ids).hasSize(1);
    assertThat(lines.stream().filter(l -> !l.get("objects").isEmpty()).count())
        .isGreaterThanOrEqualTo(Program.CLIP_FRAMES * 99 / 100);
    assertThat(pictures(results.resolve("annotated.mp4"))).isEqualTo(Program.CLIP_FRAMES);
    long faces = lines.stream().mapToLong(l -> l.get("objects").size()).sum();
    assertThat(Files.readAllLines(results.resolve("faces.csv"))).hasSize((int) faces + 1);
    JsonNode summary = JSON.readTree(results.resolve("summary.json").toFile());
    assertThat(summary.get("frames").asLong()).isEqualTo(Program.CLIP_FRAMES);
    assertThat(summary.get("faces").asLong()).isEqualTo(faces);
    assertThat(summary.get("device").asText()).isEqualTo("cpu");
    assertThat(summary.get("detector_engine").asText()).isEqualTo("onnxruntime");
    timesAreThoseOfFfprobe(lines);
  }

  private static void timesAreThoseOfFfprobe(List<JsonNode> lines) throws Exception {
    List<Double> expected = Clips.times(Program.CLIP);
    List<Double> found = lines.stream().map(l -> l.get("timestamp").asLong() / 1e9).toList();
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(Math.abs(found.get(i) - expected.get(i))).isLessThanOrEqualTo(1e-6);
    }
  }

  @Test
  void twoVideosOfOneNameKeepTheirResults() throws Exception {
    for (String day : List.of("monday", "tuesday")) {
      Files.createDirectory(folder.resolve(day));
      Files.copy(Program.CLIP, folder.resolve(day + "/cam.mp4"));
    }
    new Program(folder)
        .run(
            "analyze",
            "--quiet",
            "--classify",
            "none",
            "--max-frames",
            "3",
            "monday/cam.mp4",
            "tuesday/cam.mp4")
        .isQuiet();
    for (String name : List.of("cam.mp4", "cam.mp4-2")) {
      Path results = folder.resolve("mien-out").resolve(name);
      assertThat(results.resolve("annotated.mp4")).isNotEmptyFile();
      assertThat(lines(results.resolve("observations.jsonl"))).hasSize(3);
    }
  }

  @Test
  void standardOutputIsJsonLinesAndNothingElse() throws Exception {
    Program.Ended ended =
        new Program(folder)
            .run(
                "analyze",
                "--classify",
                "none",
                "--max-frames",
                "25",
                "--to",
                "-",
                Program.CLIP.toString());
    assertThat(ended.status()).isZero();
    assertThat(ended.out()).endsWith("\n");
    List<String> lines = ended.out().lines().toList();
    assertThat(lines).hasSize(25);
    for (String line : lines) {
      assertThat(JSON.readTree(line).get("objects").isArray()).isTrue();
    }
  }

  @Test
  void aReaderThatHasEnoughEndsTheRun() throws Exception {
    Program program = new Program(folder);
    Process process =
        program.start(
            "watch", "--quiet", "--classify", "none", "--source", "pattern:", "--to", "-");
    try (Program.Killer killer = new Program.Killer(process)) {
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        assertThat(out.readLine()).startsWith("{");
      }
      assertThat(killer.process().waitFor()).isZero();
    }
    assertThat(Files.readString(folder.resolve("stderr"))).isEmpty();
  }

  @Test
  void sigtermEndsItInGoodOrder() throws Exception {
    endsInGoodOrder("TERM", 143);
  }

  @Test
  void controlCEndsItInGoodOrder() throws Exception {
    String ignored =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(l -> l.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow();
    long mask = Long.parseUnsignedLong(ignored.replaceFirst("SigIgn:\\s*", ""), 16);
    assumeFalse((mask & 2) != 0, "this build ignores SIGINT, and so would its children");
    endsInGoodOrder("INT", 130);
  }

  private void endsInGoodOrder(String signal, int status) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "needs /bin/kill");
    Program program = new Program(folder);
    Process process =
        program.start(
            "watch",
            "--quiet",
            "--classify",
            "none",
            "--source",
            "pattern:320x240",
            "--to",
            "out.mp4",
            "--to",
            "out.jsonl",
            "--to",
            "-");
    try (Program.Killer killer = new Program.Killer(process);
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (int i = 0; i < 30; i++) {
        assertThat(out.readLine()).startsWith("{");
      }
      new ProcessBuilder("/bin/kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      assertThat(out.lines()).allMatch(l -> l.startsWith("{"));
      assertThat(killer.process().waitFor()).isEqualTo(status);
    }
    assertThat(Files.readString(folder.resolve("stderr"))).isEmpty();
    assertThat(lines(folder.resolve("out.jsonl"))).hasSizeGreaterThanOrEqualTo(20);
    assertThat(pictures(folder.resolve("out.mp4"))).isGreaterThanOrEqualTo(10);
  }

  @Test
  void withoutAScreenNoClassOfOneIsLoaded() throws Exception {
    Path log = folder.resolve("classes.log");
    new Program(folder)
        .with("-Xlog:class+load:file=" + log)
        .run(
            "analyze",
            "--quiet",
            "--classify",
            "none",
            "--max-frames",
            "10",
            Program.CLIP.toString())
        .isQuiet();
    try (Stream<String> classes = Files.lines(log)) {
      assertThat(classes.filter(l -> l.matches(".* (java|sun)\\.awt\\..*|.* javax\\.swing\\..*")))
          .isEmpty();
    }
  }

  @Test
  void aMissingTemporaryFolderDoesNotMatter() throws Exception {
    new Program(folder)
        .with("-Djava.io.tmpdir=" + folder.resolve("nowhere"))
        .run(
            "analyze",
            "--quiet",
            "--classify",
            "none",
            "--max-frames",
            "5",
            "--to",
            "out.jsonl",
            Program.CLIP.toString())
        .isQuiet();
  }

  @Test
  @DisplayName("R53: bench says what each stage takes")
  void benchSaysWhatEachStageTakes() throws Exception {
    Program.Ended ended = new Program(folder).run("bench", "--max-frames", "20");
    assertThat(ended.status()).as(ended.err()).isZero();
    for (String stage : List.of("read", "detect", "classify", "track", "annotate", "sum")) {
      assertThat(ended.out()).containsPattern("(?m)^  " + stage + " +\\d+\\.\\d{3} ms of a core");
    }
  }

  @Test
  void theLibrariesStaySmall() throws Exception {
    try (Stream<Path> files = Files.list(Program.HOME.resolve("target/lib"))) {
      List<Path> jars = files.toList();
      assumeTrue(
          jars.stream().noneMatch(j -> j.toString().contains("onnxruntime_gpu")),
          "with CUDA they are five times as large");
      long bytes = 0;
      for (Path jar : jars) {
        bytes += Files.size(jar);
      }
      assertThat(bytes).isBetween(1L, 180_000_000L);
    }
  }
}
