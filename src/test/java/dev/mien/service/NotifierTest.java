package dev.mien.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.pipeline.Situation;
import dev.mien.pipeline.Stats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R30, R31: what systemd hears. */
@Timeout(120)
class NotifierTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final String OFTEN = "30000";

  /** A socket holds only a few datagrams that nobody has read yet. */
  private static final String SELDOM = "3000000";

  @TempDir private Path folder = Path.of("");
  private volatile List<Stats> stats = List.of();

  private Notifier open(String socket, String watchdogMicros, Duration wait) {
    return Notifier.open(
        Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", watchdogMicros), () -> stats, wait);
  }

  private static Situation door() {
    return new Situation("door");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readyWithTheFirstObservationOverEitherKindOfSocket(boolean isAbstract) {
    String socket =
        isAbstract
            ? "@mien-test-" + ProcessHandle.current().pid()
            : folder.resolve("notify").toString();
    stats = List.of(door().stats());
    try (Listener systemd = new Listener(socket);
        Notifier notifier = open(socket, SELDOM, LONG)) {
      assertThat(systemd.until("WATCHDOG=1"))
          .containsExactly(
              "STATUS=starting: 0 of 1 cameras, 0.0 fps; door is starting: no frame yet",
              "WATCHDOG=1");
      stats = List.of(door().observed(25).after(1).stats());
      systemd.until("READY=1");
      assertThat(systemd.until("WATCHDOG=1")).contains("STATUS=running: 1 of 1 cameras, 25.0 fps");
      notifier.reloading();
      systemd.until("RELOADING=1");
      notifier.reloaded();
      systemd.until("READY=1");
      notifier.stopping();
      systemd.until("STOPPING=1");
    }
  }

  @Test
  void readyWhenTheDeclaredWaitIsOver() {
    String socket = folder.resolve("notify").toString();
    stats = List.of(door().away("no route to host").stats());
    try (Listener systemd = new Listener(socket);
        Notifier notifier = open(socket, "0", Duration.ofMillis(50))) {
      assertThat(systemd.until("READY=1"))
          .contains("STATUS=degraded: 0 of 1 cameras, 0.0 fps; door is away: no route to host")
          .doesNotContain("WATCHDOG=1");
      notifier.reloading();
      assertThat(systemd.next()).isEqualTo("RELOADING=1");
    }
  }

  @Test
  void aFrozenPipelineStopsTheWatchdogAndAnAbsentCameraDoesNot() {
    String socket = folder.resolve("notify").toString();
    stats = List.of(door().away("no route to host").stats());
    try (Listener systemd = new Listener(socket);
        Notifier notifier = open(socket, OFTEN, LONG)) {
      systemd.until("WATCHDOG=1");
      systemd.until("WATCHDOG=1");
      stats = List.of(door().observed(3).stuckFor(11).stats());
      systemd.until("STATUS=degraded: 0 of 1 cameras, 3.0 fps; door is stuck");
      for (int i = 0; i < 20; i++) {
        assertThat(systemd.next()).startsWith("STATUS=");
      }
      stats = List.of(door().observed(4).stats());
      systemd.until("WATCHDOG=1");
      notifier.stopping();
      systemd.until("STOPPING=1");
    }
  }

  @Test
  void whereSystemdDoesNotListenNothingBreaks() {
    for (String socket : List.of("", "vsock:2:3", folder.resolve("nobody").toString())) {
      try (Notifier notifier = open(socket, OFTEN, Duration.ZERO)) {
        notifier.reloading();
        notifier.reloaded();
      }
    }
    assertThatThrownBy(() -> Datagrams.address("/" + "x".repeat(107)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anotherProcessIsWatchedAndNotThisOne() {
    String socket = folder.resolve("notify").toString();
    try (Listener systemd = new Listener(socket);
        Notifier notifier =
            Notifier.open(
                Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", OFTEN, "WATCHDOG_PID", "1"),
                () -> stats,
                Duration.ofMillis(100))) {
      assertThat(systemd.until("READY=1")).doesNotContain("WATCHDOG=1");
      notifier.stopping();
      assertThat(systemd.until("STOPPING=1")).doesNotContain("WATCHDOG=1");
    }
  }
}
