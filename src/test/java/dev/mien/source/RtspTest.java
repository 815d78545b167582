package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.source.RtspCamera.Script;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

/** Against a camera that speaks RTSP and does things wrong, but goes on sending. */
@Timeout(60)
final class RtspTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @SuppressWarnings("NullAway.Init")
  private List<byte[]> film;

  @BeforeEach
  void film() throws Exception {
    film = H264.film(folder, "320x240", 1);
  }

  private static AvSource open(String url) throws IOException {
    Deadlines limits = new Deadlines(10 * SECOND, 10 * SECOND, 5 * SECOND);
    return AvSource.network("cam", url, new ConnectionSupervisor("cam", limits, Level.DEBUG));
  }

  private static List<Long> times(Source source, int pictures) throws IOException {
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < pictures; i++) {
      try (Frame frame = Objects.requireNonNull(source.read())) {
        times.add(frame.timestamp());
      }
    }
    return times;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8})
  @DisplayName("every picture comes once and whole, of however many slices it is")
  void slices(int slices) throws Exception {
    try (RtspCamera camera =
            RtspCamera.start(0, H264.film(folder, "320x240", slices), new Script());
        Source source = open(camera.url())) {
      List<Long> times = times(source, 60);
      assertThat(times).startsWith(0L).isSorted().doesNotHaveDuplicates();
      // What the camera says; only before it has said two times, those of arrival are taken.
      for (int i = 2; i < 60; i++) {
        assertThat(times.get(i) - times.get(1))
            .isCloseTo((i - 1) * RtspCamera.STEP_NANOS, within(1_000_000L));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?udp"})
  @DisplayName("over TCP as over UDP the first picture comes without a second of probing")
  void transports(String way) throws Exception {
    try (RtspCamera camera = RtspCamera.start(0, film, new Script())) {
      long before = System.nanoTime();
      try (Source source = open(camera.url() + way)) {
        assertThat(source.pace()).isEqualTo(Pace.LIVE);
        times(source, 1);
        // What a probe would take is a second and more; the camera begins with a key frame.
        long frames = (System.nanoTime() - before) / RtspCamera.STEP_NANOS;
        times(source, 25);
        assertThat(camera.connections()).isEqualTo(1);
        assertThat(frames).isLessThan(200);
      }
    }
  }

  @Test
  @DisplayName("a change of size in mid-stream is followed")
  void size() throws Exception {
    List<byte[]> small = H264.film(folder, "160x120", 1);
    try (RtspCamera camera = RtspCamera.start(0, film, new Script().changeAt(50, small));
        Source source = open(camera.url())) {
      List<Size> sizes = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        try (Frame frame = Objects.requireNonNull(source.read())) {
          sizes.add(frame.size());
        }
      }
      assertThat(sizes.subList(0, 50)).containsOnly(new Size(320, 240));
      assertThat(sizes.subList(52, 100)).containsOnly(new Size(160, 120));
    }
  }

  private void keepsRealTime(IntToLongFunction ticks) throws Exception {
    try (RtspCamera camera = RtspCamera.start(0, film, new Script().ticks(ticks));
        Source source = open(camera.url())) {
      List<Long> times = times(source, 75);
      assertThat(times).startsWith(0L).isSorted().doesNotHaveDuplicates();
      // A second of slack for a busy machine: the jumps are of many.
      assertThat(times.get(74)).isCloseTo(74 * RtspCamera.STEP_NANOS, within(SECOND));
    }
  }

  @Test
  @DisplayName("R07: times that jump back, forward, run over, or come twice keep real time")
  void jumps() throws Exception {
    long step = RtspCamera.STEP_TICKS;
    keepsRealTime(i -> 90_000_000L + i * step - (i < 40 ? 0 : 9_000_000L));
    keepsRealTime(i -> i * step + (i < 40 ? 0 : 9_000_000L));
    keepsRealTime(i -> (1L << 32) - 40 * step + i * step);
    keepsRealTime(i -> i / 2 * 2L * step);
  }

  @Test
  @DisplayName("packets with wrong bits cost pictures, never the connection")
  void corrupt() throws Exception {
    try (RtspCamera camera = RtspCamera.start(0, film, new Script().corrupt(0.05));
        Source source = open(camera.url())) {
      assertThat(times(source, 75)).isSorted().doesNotHaveDuplicates();
      assertThat(camera.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.05, 0.2})
  @DisplayName("packets that are lost cost pictures, never the connection")
  void loss(double share) throws Exception {
    try (RtspCamera camera = RtspCamera.start(0, film, new Script().loss(share));
        Source source = open(camera.url() + "?udp")) {
      assertThat(times(source, 50)).isSorted().doesNotHaveDuplicates();
      assertThat(camera.connections()).isEqualTo(1);
    }
  }
}
