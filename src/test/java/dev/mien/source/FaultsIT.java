package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The faults of docs/faults.md, each once; {@code src/test/faults} prints the whole table. */
@Timeout(300)
final class FaultsIT {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private static void each(List<Faults.Row> rows, String... outcomes) {
    assertThat(rows).hasSameSizeAs(outcomes);
    for (int i = 0; i < outcomes.length; i++) {
      assertThat(rows.get(i).outcome()).as(rows.get(i).fault()).contains(outcomes[i]);
    }
  }

  @Test
  @DisplayName("R01, R04: each opening that fails says why; all that breaks comes back")
  void openings() throws Exception {
    List<Faults.Row> rows = new ArrayList<>();
    try (Faults faults = new Faults(folder, 1)) {
      FaultList.openings(faults, rows::add);
      each(
          rows,
          "cannot be opened within 2 s",
          "Connection refused",
          "hung up, or gave an answer that is no RTSP",
          "user or password were not accepted",
          "there is no such stream (404)",
          "there is no host named cam.invalid",
          "cannot be opened within 2 s");
    }
  }

  @Test
  @DisplayName("R03, R04: what breaks is told, and comes back")
  void broken() throws Exception {
    List<Faults.Row> rows = new ArrayList<>();
    try (Faults faults = new Faults(folder, 1)) {
      FaultList.broken(faults, rows::add);
    }
    // A second after all is well again; the rest is for a busy machine.
    assertThat(rows)
        .hasSize(5)
        .allSatisfy(row -> assertThat(row.percentile(95)).as(row.fault()).isLessThan(20_000));
  }

  @Test
  @DisplayName("R01: a stop ends whatever FFmpeg waits for")
  void stops() throws Exception {
    List<Faults.Row> rows = new ArrayList<>();
    try (Faults faults = new Faults(folder, 1)) {
      FaultList.stops(faults, rows::add);
    }
    // The limits of these sources are a minute; the table has how fast it is.
    assertThat(rows)
        .hasSize(4)
        .allSatisfy(row -> assertThat(row.outcome()).containsPattern("at most \\d{1,4} ms"));
  }

  @Test
  @DisplayName("R04: each kill of the server is recovered from")
  void kills() throws Exception {
    try (Faults faults = new Faults(folder, 5)) {
      assertThat(faults.kills().recovered()).hasSize(5);
    }
  }

  @Test
  @DisplayName("R05: openings that fail leave less than 1 kB each behind")
  void growth() throws Exception {
    assertThat(Faults.growth(1000, 4000)).isLessThan(4_000_000L + (16L << 20));
  }
}
