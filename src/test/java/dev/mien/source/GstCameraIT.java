package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.source.ConnectionState.State;
import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against GStreamer's RTSP server as the camera; skipped where it is missing. */
@Timeout(120)
final class GstCameraIT {
  private static final long SECOND = 1_000_000_000L;
  private static final Deadlines LIMITS = new Deadlines(10 * SECOND, 3 * SECOND, SECOND);

  private static Source open(String url) throws IOException {
    return Reconnecting.open("cam", life -> AvSource.network("cam", url, life), LIMITS);
  }

  private static void plays(String url, int frames) throws IOException {
    try (Source source = open(url)) {
      assertThat(source.pace()).isEqualTo(Pace.LIVE);
      long before = -1;
      for (int i = 0; i < frames; i++) {
        try (Frame frame = Objects.requireNonNull(source.read())) {
          assertThat(frame.size()).isEqualTo(new Size(320, 240));
          assertThat(frame.timestamp()).isGreaterThan(before);
          before = frame.timestamp();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?udp"})
  @DisplayName("H.264, H.265 and MJPEG, with sound and without, over TCP and UDP")
  void codecs(String way) throws Exception {
    for (String pipeline :
        List.of(
            GstCamera.H264,
            GstCamera.H265,
            GstCamera.MJPEG,
            GstCamera.H264 + " " + GstCamera.SOUND.formatted(1))) {
      try (GstCamera camera = GstCamera.start(GstCamera.freePort(), pipeline)) {
        plays(camera.url("") + way, 30);
      }
    }
  }

  @Test
  @DisplayName("sound alone is said at once")
  void soundOnly() throws Exception {
    try (GstCamera camera = GstCamera.start(GstCamera.freePort(), GstCamera.SOUND.formatted(0))) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> open(camera.url("")).close())
          .withMessageEndingWith("/cam: there is no picture in it, only sound");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "digest"})
  @DisplayName("R11: a password with every sign in it is understood; a wrong one is refused")
  void passwords(String way) throws Exception {
    String[] login = {"peter", "pa:ss@w", way};
    try (GstCamera camera =
        GstCamera.start(
            GstCamera.freePort(),
            GstCamera.H264,
            way.isEmpty() ? List.of(login).subList(0, 2).toArray(String[]::new) : login)) {
      plays(camera.url("peter:pa%3Ass%40w@"), 5);
      plays(camera.url("peter:pa:ss@w@"), 5);
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> open(camera.url("peter:wrong@")).close())
          .withMessageNotContaining("wrong")
          .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
    }
  }

  @Test
  @DisplayName("R01, R04: stopped, gone on, killed and started again, each is told and recovered")
  void stoppedAndKilled() throws Exception {
    int port = GstCamera.freePort();
    GstCamera camera = GstCamera.start(port, GstCamera.H264);
    try (Watched watched = Watched.open("cam", camera.url(""), LIMITS)) {
      watched.await(20L);
      camera.signal("STOP");
      watched.await(State.STALLED);
      watched.await(State.RETRYING);
      assertThat(watched.link().reason()).isEqualTo("gave no picture for 3 s");
      camera.signal("CONT");
      watched.await(20L);
      for (int i = 0; i < 2; i++) {
        camera.close();
        watched.await(State.RETRYING);
        camera = GstCamera.start(port, GstCamera.H264);
        watched.await(20L);
      }
      assertThat(watched.ordered()).isTrue();
      assertThat(watched.link().reconnects()).isEqualTo(3);
    } finally {
      camera.close();
    }
  }
}
