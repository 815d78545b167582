package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordingSinkTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  private final Path folder;
  private final Hands clock = new Hands(Instant.parse("2026-01-31T11:57:30Z"));
  private long number;

  RecordingSinkTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** A clock that is set by hand. */
  private static final class Hands extends Clock {
    private Instant now;

    Hands(Instant now) {
      this.now = now;
    }

    void forward(Duration by) {
      now = now.plus(by);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private Outlet outlet(boolean patient, Recording recording) {
    Outlet plain = Footage.outlet(folder);
    return new Outlet(
        "door",
        plain.standardOutput(),
        plain.controls(),
        folder,
        plain.frameRate(),
        plain.pages(),
        plain.rtsp(),
        plain.away(),
        patient,
        recording);
  }

  private Sink open(String name, Recording recording) throws IOException {
    return open(folder.resolve(name), recording.dated(), recording);
  }

  private Sink open(Path file, boolean patient, Recording recording) throws IOException {
    return SinkAddress.parse(file.toString()).open(outlet(patient, recording));
  }

  private Recording dated(@Nullable Duration segment, @Nullable Duration keep, long bytes) {
    return new Recording(true, segment, keep, bytes, clock);
  }

  private Recording plain() {
    return Recording.plain(clock);
  }

  private void write(Sink sink) throws IOException {
    // A second apart, so that each line reaches its file at once.
    try (Frame frame = Footage.frame(number, number * 1000 * Footage.MS, 64, 48)) {
      sink.write(frame, Footage.seen(frame));
    }
    number++;
  }

  private List<String> names() throws IOException {
    return names(folder);
  }

  private static List<String> names(Path where) throws IOException {
    try (Stream<Path> all = Files.list(where)) {
      return all.map(p -> Objects.toString(p.getFileName())).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"seen.mp4", "seen.mkv", "seen.jsonl"})
  void aSegmentEndsByTheTimeOfDay(String name) throws Exception {
    try (Sink sink = open(name, dated(TEN_MINUTES, null, 0))) {
      assertThat(names()).as("before the first frame").isEmpty();
      for (int i = 0; i < 3; i++) {
        write(sink);
        write(sink);
        clock.forward(Duration.ofMinutes(5));
      }
      sink.finish();
      assertThat(sink.name()).isEqualTo(folder.resolve(name).toString());
    }
    String stem = "seen-door-20260131-";
    String end = name.substring(4);
    assertThat(names()).containsExactly(stem + "115730-000" + end, stem + "120230-000" + end);
    for (String file : names()) {
      int frames = file.contains("115730") ? 2 : 4;
      Path path = folder.resolve(file);
      assertThat(end.equals(".jsonl") ? Files.readAllLines(path) : Footage.read(path))
          .hasSize(frames);
    }
  }

  @Test
  void aSegmentEndsAtMidnight() throws Exception {
    clock.forward(Duration.ofHours(11).plusMinutes(57));
    try (Sink sink = open("door.jsonl", dated(Duration.ofHours(7), null, 0))) {
      write(sink);
      clock.forward(TEN_MINUTES);
      write(sink);
    }
    assertThat(names())
        .as("with the source's name once")
        .containsExactly("door-20260131-235430-000.jsonl", "door-20260201-000430-000.jsonl");
  }

  private void old(String name, int bytes, Duration age) throws IOException {
    Path file = Files.write(folder.resolve(name), new byte[bytes]);
    Files.setLastModifiedTime(file, FileTime.from(clock.instant().minus(age)));
  }

  @Test
  void whatIsTooOldGoesAndNothingElse() throws Exception {
    old("seen-door-20260120-000000-000.jsonl", 10, Duration.ofDays(11));
    old("seen-door-20260126-000000-000.jsonl", 10, Duration.ofDays(5));
    old("seen-yard-20260120-000000-000.jsonl", 10, Duration.ofDays(11));
    old("seen-door-holiday.jsonl", 10, Duration.ofDays(11));
    try (Sink sink = open("seen.jsonl", dated(TEN_MINUTES, Duration.ofDays(7), 0))) {
      write(sink);
    }
    assertThat(names())
        .containsExactly(
            "seen-door-20260126-000000-000.jsonl",
            "seen-door-20260131-115730-000.jsonl",
            "seen-door-holiday.jsonl",
            "seen-yard-20260120-000000-000.jsonl");
  }

  @Test
  void ofTooMuchTheOldestGoes() throws Exception {
    for (int day = 10; day < 20; day++) {
      old("seen-door-202601" + day + "-000000-000.jsonl", 100_000, Duration.ofDays(31 - day));
    }
    try (Sink sink = open("seen.jsonl", dated(TEN_MINUTES, null, 350_000))) {
      write(sink);
    }
    assertThat(names())
        .containsExactly(
            "seen-door-20260117-000000-000.jsonl",
            "seen-door-20260118-000000-000.jsonl",
            "seen-door-20260119-000000-000.jsonl",
            "seen-door-20260131-115730-000.jsonl");
  }

  @ParameterizedTest
  @ValueSource(strings = {"seen.mp4", "seen.jsonl"})
  void aFileThatAnotherRunWritesIsRefused(String name) throws Exception {
    try (Sink sink = open(name, plain())) {
      write(sink);
      assertThatThrownBy(() -> open(name, plain()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith(name + ": is written by another run already; name another file");
      write(sink);
      sink.finish();
    }
    open(name, plain()).close();
  }

  /** Writes a file for ever. */
  static final class Other {
    private Other() {}

    public static void main(String[] args) throws Exception {
      try (Held held = Held.open(Path.of(args[0]))) {
        System.out.println(held.file());
        int unused = System.in.read();
      }
    }
  }

  @Test
  void aFileThatAnotherProcessWritesIsRefusedUntilThatIsGone() throws Exception {
    Path file = folder.resolve("seen.mp4");
    Process other = Footage.java(List.of(), Other.class, file.toString()).start();
    try (var lines = other.inputReader()) {
      assertThat(lines.readLine()).isEqualTo(file.toString());
      assertThatThrownBy(() -> open("seen.mp4", plain())).hasMessageContaining("another run");
    } finally {
      other.destroyForcibly().waitFor();
    }
    open("seen.mp4", plain()).close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"seen.mp4", "seen.mkv", "seen.jsonl"})
  void aFileThatIsRemovedIsBegunAnewAndSoIsItsFolder(String name) throws Exception {
    Path own = Files.createDirectory(folder.resolve("own"));
    Path file = own.resolve(name);
    try (Sink sink = open(file, false, plain())) {
      write(sink);
      Files.delete(file);
      write(sink);
      write(sink);
      assertThat(file).exists();
      Files.delete(file);
      Files.delete(own);
      write(sink);
      write(sink);
      sink.finish();
    }
    assertThat(frames(file)).isEqualTo(2);
  }

  private static int frames(Path file) throws IOException {
    return file.toString().endsWith(".jsonl")
        ? Files.readAllLines(file).size()
        : Footage.read(file).size();
  }

  @ParameterizedTest
  @ValueSource(strings = {"seen.mp4", "seen.mkv", "seen.jsonl"})
  void aFileThatIsCutOffLeavesNoHole(String name) throws Exception {
    Path file = folder.resolve(name);
    try (Sink sink = open(name, plain())) {
      for (int i = 0; i < 5; i++) {
        write(sink);
      }
      Files.newByteChannel(file, StandardOpenOption.WRITE).truncate(0).close();
      write(sink);
      write(sink);
      sink.finish();
    }
    assertThat(frames(file)).isEqualTo(2);
    assertThat(new String(Files.readAllBytes(file), 0, 4, StandardCharsets.ISO_8859_1))
        .isNotEqualTo("\0\0\0\0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"seen.mp4", "seen.jsonl"})
  void aFileThatIsReplacedIsNotTouched(String name) throws Exception {
    Path file = folder.resolve(name);
    try (Sink sink = open(name, plain())) {
      write(sink);
      Files.move(file, folder.resolve("moved"));
      Files.writeString(file, "somebody's");
      write(sink);
      sink.finish();
    }
    assertThat(Files.readString(file)).isEqualTo("somebody's");
    assertThat(names()).hasSize(3).contains("moved");
  }

  @ParameterizedTest
  @ValueSource(strings = {"seen.mp4", "seen.jsonl"})
  void afterAFullDiskItGoesOnWhenThereIsRoom(String name) throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), "size=1m")) {
      Path where = disk.file("");
      try (Sink sink = open(where.resolve(name), true, dated(null, null, 0))) {
        write(sink);
        disk.fill();
        for (int i = 0; i < 50; i++) {
          clock.forward(Duration.ofSeconds(2));
          write(sink);
        }
        Delivery full = Objects.requireNonNull(sink.delivery());
        assertThat(full.trouble()).contains("disk full");
        assertThat(full.lost()).isGreaterThan(30);
        Files.delete(disk.file("rest"));
        clock.forward(Duration.ofSeconds(20));
        write(sink);
        write(sink);
        Delivery again = Objects.requireNonNull(sink.delivery());
        assertThat(again.trouble()).isEmpty();
        assertThat(again.taken()).isEqualTo(full.taken() + 2);
        sink.finish();
      }
      List<String> files = names(where);
      assertThat(frames(where.resolve(files.get(files.size() - 1)))).isEqualTo(2);
    }
  }

  @Test
  void aDiskThatIsFullLosesItsOldestWhereThatIsAllowed() throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), "size=1m")) {
      Path oldest = disk.file("seen-door-20260101-000000-000.jsonl");
      Files.write(oldest, new byte[200_000]);
      disk.fill();
      try (Sink sink = open(disk.file("seen.jsonl"), true, dated(null, Duration.ofDays(3650), 0))) {
        write(sink);
        assertThat(Objects.requireNonNull(sink.delivery()).trouble()).isEmpty();
      }
      assertThat(oldest).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"20GB", "500MB", "1tb"})
  void sizesAreReadAndNonsenseIsNot(String size) {
    assertThat(Recording.size(size)).isPositive();
    for (String wrong : List.of("20", "0GB", "-1GB", "20 GB", "20GiB", "", "9999999GB")) {
      assertThatThrownBy(() -> Recording.size(wrong)).hasMessageContaining("20GB");
    }
  }
}
