package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Players and a server of others: ffmpeg, GStreamer, gst-rtsp-server. */
@Timeout(180)
final class RtspPeersIT {
  private static final int WANTED = 100;

  private final Path folder;

  RtspPeersIT(@TempDir Path folder) {
    this.folder = folder;
  }

  static void needs(String... program) throws IOException, InterruptedException {
    boolean there;
    try {
      Process asked = new ProcessBuilder(program).redirectErrorStream(true).start();
      asked.getInputStream().readAllBytes();
      there = asked.waitFor() == 0;
    } catch (IOException e) {
      there = false;
    }
    assumeTrue(there, String.join(" ", program) + " does not work here");
  }

  @Test
  @DisplayName("R33: eight players get the frames, and one that is stopped costs the others none")
  void playersGetTheFrames() throws Exception {
    needs("ffmpeg", "-version");
    needs("gst-inspect-1.0", "--exists", "avdec_h264");
    Sink sink = new SinkAddress.Rtsp("127.0.0.1", 0, "door").open(Footage.outlet(folder));
    try (Feed feed = new Feed(sink, false);
        Players players = new Players(folder, sink.name(), WANTED)) {
      players.stop(0);
      players.await(0);
      assertThat(feed.longest()).isPositive();
      for (int i = 1; i < Players.COUNT; i++) {
        assertThat(players.share(i)).as(Players.name(i)).isGreaterThan(0.9);
      }
    }
  }
}
