package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a player sees, through FFmpeg as the player. */
@Timeout(120)
final class RtspSinkTest {
  private final Path folder;

  RtspSinkTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Sink open() throws IOException {
    return new SinkAddress.Rtsp("127.0.0.1", 0, "").open(Footage.outlet(folder));
  }

  private static FFmpegFrameGrabber player(Sink sink) throws FFmpegFrameGrabber.Exception {
    avutil.av_log_set_level(avutil.AV_LOG_QUIET);
    FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(sink.name());
    grabber.setOption("rtsp_transport", "tcp");
    grabber.setVideoOption("threads", "1");
    grabber.setOption("probesize", "32");
    grabber.setOption("analyzeduration", "0");
    grabber.start();
    return grabber;
  }

  private static int brightness(org.bytedeco.javacv.Frame picture, int x, int y) {
    return ((java.nio.ByteBuffer) picture.image[0]).get(y * picture.imageStride + x * 3) & 255;
  }

  private static void write(Sink sink, long number, int width, int height) throws IOException {
    try (Frame frame = Footage.frame(number, number * 40 * Footage.MS, width, height)) {
      sink.write(frame, Footage.seen(frame));
    }
  }

  @Test
  void showsACardThenFramesThenThatTheyStayAwayThenAnotherSize() throws IOException {
    try (Sink sink = open()) {
      assertThat(sink.name()).startsWith("rtsp://127.0.0.1:").endsWith("/door");
      try (FFmpegFrameGrabber player = player(sink)) {
        var card = player.grabImage();
        assertThat(new Size(card.imageWidth, card.imageHeight)).isEqualTo(new Size(640, 360));
        assertThat(brightness(card, 10, 10)).as("dark").isLessThan(60);
        assertThat(brightness(card, 320, 172)).as("words on a plate").isGreaterThan(100);

        write(sink, 0, 320, 240);
        var picture = player.grabImage();
        while (picture.imageWidth != 320) {
          picture = player.grabImage();
        }
        assertThat(brightness(picture, 40, 40)).as("as it came").isBetween(80, 100);
        while (brightness(picture, 40, 40) > 60) {
          picture = player.grabImage(); // No frame comes: after two seconds that is said.
        }
        write(sink, 1, 160, 120);
        while (picture.imageWidth != 160) {
          picture = player.grabImage();
        }
        assertThat(brightness(picture, 20, 20)).as("bright again").isBetween(80, 100);
      }
    }
  }

  /** The next picture of this width. */
  private static long time(Source player, int width) throws IOException {
    while (true) {
      try (Frame frame = Objects.requireNonNull(player.read())) {
        if (frame.size().width() == width) {
          return frame.timestamp();
        }
      }
    }
  }

  /** A machine that pauses for a moment gives late frames; their times are what they were. */
  @Test
  void framesThatAreOnlyLateKeepTheirTimes() throws Exception {
    try (Sink sink = open();
        Source player = SourceAddress.parse(sink.name()).open()) {
      long begin = System.nanoTime();
      write(sink, 0, 320, 240);
      final long shown = time(player, 320);
      long until = System.nanoTime() + 6L * Silence.TICK_MILLIS * Footage.MS;
      while (System.nanoTime() < until) {
        LockSupport.parkNanos(until - System.nanoTime());
      }
      write(sink, 1, 320, 240);
      // The delimiter behind a picture begins the next one, so FFmpeg gives that this one's time.
      final long first = time(player, 320);
      assertThat(first).isGreaterThan(shown);
      for (int i = 1; i <= 3; i++) {
        write(sink, i + 1, 320, 240);
        long time = time(player, 320);
        assumeTrue(
            System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(2), "the machine paused for long");
        assertThat(time - first).isCloseTo(i * 40L * Footage.MS, within(Footage.MS));
      }
    }
  }

  @Test
  void encodesNothingThatNobodySeesAndKeepsNoMemory() throws IOException {
    long before = -1;
    for (int round = 0; round < 4; round++) {
      Sink sink = open();
      for (int i = 0; i < 50; i++) {
        write(sink, i, 320, 240);
      }
      sink.close();
      sink.close();
      assertThatExceptionOfType(SinkException.class).isThrownBy(() -> write(sink, 1, 320, 240));
      if (round == 0) {
        before = Pointer.totalBytes();
      }
    }
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
  }

  @Test
  void saysForHowLong() {
    assertThat(Silence.duration(3)).isEqualTo("3 s");
    assertThat(Silence.duration(125)).isEqualTo("2 min");
    assertThat(Silence.duration(7300)).isEqualTo("2 h");
  }
}
