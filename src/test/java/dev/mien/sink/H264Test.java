package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.frame.Frame;
import dev.mien.frame.Size;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.global.avcodec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class H264Test {
  private static final int RATE = 15;
  private static final int STEP = H264.TICKS / RATE;

  @Test
  @DisplayName(
      "R34: each picture gives its packet at once, and every two seconds one is a key frame")
  void holdsNothingBack() throws Exception {
    List<Integer> keys = new ArrayList<>();
    AVPacket packet = avcodec.av_packet_alloc();
    try (H264 coder = new H264("door", new Size(320, 240), RATE, false)) {
      for (int i = 0; i < 100; i++) {
        try (Frame frame = Footage.frame(i, 0, 320, 240)) {
          coder.send(frame.image(), (long) i * STEP, i == 50);
        }
        assertThat(coder.receive(packet)).as("picture %d", i).isTrue();
        assertThat(packet.pts()).isEqualTo(packet.dts()).isEqualTo((long) i * STEP);
        if ((packet.flags() & avcodec.AV_PKT_FLAG_KEY) != 0) {
          keys.add(i);
        }
        avcodec.av_packet_unref(packet);
        assertThat(coder.receive(packet)).isFalse();
      }
    } finally {
      avcodec.av_packet_free(packet);
    }
    assertThat(keys).containsExactly(0, 30, 50, 80);
  }
}
