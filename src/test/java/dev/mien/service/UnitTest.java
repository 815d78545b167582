package dev.mien.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The unit, judged by systemd's own tools. */
@Timeout(120)
class UnitTest {
  private static final Path UNIT = Path.of("systemd/mien@.service");

  @TempDir private Path folder = Path.of("");

  private String run(String... command) throws IOException, InterruptedException {
    assumeTrue(
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(p -> Files.isExecutable(Path.of(p, command[0]))),
        command[0] + " is not installed");
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(out);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  /** As it would be installed, but for the program, which need not be there. */
  private Path unit() throws IOException {
    String text = Files.readString(UNIT).replaceAll("(?m)^ExecStart=\\S+", "ExecStart=/bin/true");
    return Files.writeString(folder.resolve("mien@shop.service"), text);
  }

  @Test
  void systemdFindsNothingToSay() throws Exception {
    assertThat(run("systemd-analyze", "verify", "--man=no", unit().toString())).isEmpty();
  }

  @Test
  void itsExposureIsLittle() throws Exception {
    String text =
        run(
            "systemd-analyze",
            "security",
            "--no-pager",
            "--offline=true",
            "--threshold=20",
            unit().toString());
    assertThat(text)
        .containsPattern(Pattern.compile("exposure level for mien@shop.service: [01]\\.|: 2\\.0"));
  }

  @Test
  void whatTheNativeLibrariesNeedIsThere() throws Exception {
    List<String> lines = Files.readAllLines(UNIT);
    assertThat(lines)
        .contains("Type=notify", "DynamicUser=yes", "MemoryDenyWriteExecute=no")
        .anyMatch(l -> l.contains("-Dorg.bytedeco.javacpp.cachedir=%C/mien/%i"))
        .anyMatch(l -> l.contains("-Djava.io.tmpdir=%C/mien/%i"))
        .anyMatch(l -> l.contains("-Djava.awt.headless=true"))
        .anyMatch(l -> l.contains("ORT_DISABLE_TELEMETRY=1"));
  }

  @Test
  void memoryIsLimitedByTheNumberOfCameras() throws Exception {
    assertThat(Files.readAllLines(UNIT)).contains("MemoryMax=7168M");
    Path blocks =
        Files.writeString(
            folder.resolve("blocks.yaml"),
            """
            # source: of nothing
            cameras:
              door:
                source: 0
              yard: {source: 'rtsp://yard/', to: [seen.jsonl]}
            """);
    Path flow = Files.writeString(folder.resolve("flow.yaml"), "cameras: {a: {\"source\": 0}}\n");
    assertThat(run("sh", "systemd/memory", blocks.toString())).endsWith("MemoryMax=4096M\n");
    assertThat(run("sh", "systemd/memory", flow.toString())).endsWith("MemoryMax=3584M\n");
  }
}
