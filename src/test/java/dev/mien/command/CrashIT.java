package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.frame.Frame;
import dev.mien.sink.SmallDisk;
import dev.mien.source.PatternSource;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A service that records, and a machine that does its worst meanwhile. */
@Timeout(240)
@EnabledOnOs(value = OS.LINUX, disabledReason = "sends signals and mounts a disk")
final class CrashIT {
  /** The camera's; a key frame comes every two seconds. */
  private static final int FRAMES_A_SECOND = 10;

  private static final int GROUP = 2 * FRAMES_A_SECOND;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FAKETIME =
      Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");

  @TempDir private Path folder = Path.of("");

  private Program program(String outputs) throws IOException {
    Files.writeString(
        folder.resolve("mien.yaml"),
        """
        page: none
        models: {classify: []}
        cameras: {card: {source: 'pattern:160x120@%d', to: [-, %s]}}
        """
            .formatted(FRAMES_A_SECOND, outputs));
    return new Program(folder);
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("/bin/kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  private static BufferedReader out(Process process) {
    return process.inputReader(StandardCharsets.UTF_8);
  }

  private static long frame(String line) throws IOException {
    return JSON.readTree(line).get("frame").asLong();
  }

  /** The numbers of the next frames that the program says it observed. */
  private static List<Long> read(BufferedReader out, int frames) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      String line = out.readLine();
      assertThat(line).as("the program has ended").isNotNull();
      numbers.add(frame(line));
    }
    return numbers;
  }

  /** The numbers that are left, up to the end of the program. */
  private static List<Long> rest(BufferedReader out) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.endsWith("}")) { // The last one may be torn.
        numbers.add(frame(line));
      }
    }
    return numbers;
  }

  private Path file(Path where, String end) throws IOException {
    try (Stream<Path> all = Files.list(where)) {
      return all.filter(p -> p.toString().endsWith(end)).findFirst().orElseThrow();
    }
  }

  /** The numbers in the pictures of a recording, as far as it plays. */
  private static List<Long> numbers(Path video) throws IOException {
    List<Long> numbers = new ArrayList<>();
    try (Source source = SourceAddress.parse(video.toString()).open()) {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        try (Frame one = frame) {
          numbers.add((long) PatternSource.readCounter(one).orElseThrow());
        }
      }
    }
    return numbers;
  }

  private static long last(List<Long> numbers) {
    return numbers.get(numbers.size() - 1);
  }

  @RepeatedTest(4)
  void killedAtAnyTimeItLosesNoMoreThanTheLastGroupOfPictures(RepetitionInfo round)
      throws Exception {
    Process process = program("a.mp4, a.mkv, a.jsonl").start("serve", "mien.yaml");
    List<Long> observed;
    try (Program.Killer killer = new Program.Killer(process);
        BufferedReader out = out(process)) {
      int frames = 2 * GROUP + new Random(round.getCurrentRepetition()).nextInt(2 * GROUP);
      observed = read(out, frames);
      signal(process, "KILL");
      observed.addAll(rest(out));
      assertThat(killer.process().waitFor()).isEqualTo(137);
    }
    for (String end : List.of(".mp4", ".mkv")) {
      List<Long> shown = numbers(file(folder, end));
      assertThat(observed).as(end).containsAll(shown);
      assertThat(shown).isSorted().doesNotHaveDuplicates();
      assertThat(last(shown)).as(end).isGreaterThanOrEqualTo(last(observed) - GROUP);
    }
    List<String> lines = Files.readAllLines(file(folder, ".jsonl"));
    assertThat(frame(lines.get(lines.size() - 1))).isGreaterThanOrEqualTo(last(observed) - GROUP);
  }

  @Test
  void aFullDiskEndsTheRecordingAndNothingElse() throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), "size=48k")) {
      Process process = program("disk/a.mp4, a.jsonl").start("serve", "mien.yaml");
      List<Long> observed = new ArrayList<>();
      try (Program.Killer killer = new Program.Killer(process);
          BufferedReader out = out(process)) {
        Path stderr = folder.resolve("stderr");
        while (!Files.readString(stderr).contains("disk full; tried again")) {
          observed.addAll(read(out, 1));
        }
        observed.addAll(read(out, GROUP));
        signal(process, "TERM");
        observed.addAll(rest(out));
        assertThat(killer.process().waitFor()).isEqualTo(143);
      }
      List<Long> shown = numbers(file(disk.file(""), ".mp4"));
      assertThat(shown).hasSizeGreaterThan(GROUP).isSorted().doesNotHaveDuplicates();
      assertThat(observed).containsAll(shown);
      assertThat(Files.readAllLines(file(folder, ".jsonl")))
          .hasSizeGreaterThanOrEqualTo(shown.size() + GROUP);
    }
  }

  @Test
  void stoppedForAWhileItGoesOn() throws Exception {
    Process process = program("a.mp4").start("serve", "mien.yaml");
    List<Long> observed = new ArrayList<>();
    try (Program.Killer killer = new Program.Killer(process);
        BufferedReader out = out(process)) {
      observed.addAll(read(out, GROUP));
      signal(process, "STOP");
      assertThat(process.waitFor(2, TimeUnit.SECONDS)).isFalse();
      signal(process, "CONT");
      observed.addAll(read(out, 2 * GROUP));
      signal(process, "TERM");
      observed.addAll(rest(out));
      assertThat(killer.process().waitFor()).isEqualTo(143);
    }
    assertThat(observed).isSorted().doesNotHaveDuplicates();
    everyFrameIsRecorded(observed);
  }

  /** As many as the program says it wrote. */
  private void everyFrameIsRecorded(List<Long> observed) throws IOException {
    List<Long> shown = numbers(file(folder, ".mp4"));
    String account = Files.readString(folder.resolve("stderr"));
    assertThat(account).contains("; " + shown.size() + " in ");
    // Each output of a live camera drops what it has no room for, by itself.
    if (account.contains("; " + observed.size() + " in -") && shown.size() == observed.size()) {
      assertThat(shown).isEqualTo(observed);
    } else {
      assertThat(shown).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void whoSetsTheClockBackChangesNothing() throws Exception {
    assumeTrue(Files.exists(FAKETIME), "needs libfaketime");
    Path clock = Files.writeString(folder.resolve("clock"), "+0");
    Process process =
        program("a.mp4")
            .in("LD_PRELOAD", FAKETIME.toString())
            .in("FAKETIME_TIMESTAMP_FILE", clock.toString())
            .in("FAKETIME_NO_CACHE", "1")
            .in("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .start("serve", "mien.yaml");
    List<Long> observed = new ArrayList<>();
    try (Program.Killer killer = new Program.Killer(process);
        BufferedReader out = out(process)) {
      observed.addAll(read(out, GROUP));
      Files.writeString(clock, "-1h");
      observed.addAll(read(out, GROUP));
      Files.writeString(clock, "+1d");
      observed.addAll(read(out, GROUP));
      signal(process, "TERM");
      observed.addAll(rest(out));
      assertThat(killer.process().waitFor()).isEqualTo(143);
    }
    assertThat(observed).isSorted().doesNotHaveDuplicates();
    everyFrameIsRecorded(observed);
  }
}
