package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import org.bytedeco.ffmpeg.avutil.AVClass;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.PointerPointer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What FFmpeg is told, and what it says. */
final class FfmpegTest {
  /** A time limit that is given as an option is the one that some version does not know. */
  @Test
  @DisplayName("R02: what FFmpeg is told, it knows")
  void options() {
    Ffmpeg.load();
    assumeTrue(Cameras.obstacle().isEmpty(), "FFmpeg's part for cameras cannot be loaded here");
    assertThat(NetworkAddress.options("rtsp://h/x")).containsOnlyKeys("rtsp_flags");
    assertThat(NetworkAddress.options("rtsps://h/x")).containsOnlyKeys("rtsp_flags");
    assertThat(NetworkAddress.options("rtsp://h/x?udp")).containsOnlyKeys("rtsp_transport");
    assertThat(NetworkAddress.options("http://h/x")).isEmpty();
    assertThat(NetworkAddress.options("https://h/x.m3u8")).isEmpty();
    Map.of("rtsp", Map.of("rtsp_flags", "", "rtsp_transport", ""), Webcam.FORMAT, Webcam.COMPRESSED)
        .forEach(
            (format, options) -> {
              AVClass known = avformat.av_find_input_format(format).priv_class();
              try (PointerPointer<AVClass> owner = new PointerPointer<>(1L)) {
                owner.put(0, known);
                assertThat(options.keySet())
                    .allSatisfy(key -> assertThat(knows(owner, key)).as(key).isTrue())
                    .allSatisfy(key -> assertThat(knows(owner, "s" + key)).as(key).isFalse());
              }
            });
  }

  private static boolean knows(PointerPointer<AVClass> owner, String option) {
    return avutil.av_opt_find(owner, option, null, 0, avutil.AV_OPT_SEARCH_FAKE_OBJ) != null;
  }

  @Test
  void errorsSayNoMoreThanTheirWords() {
    assertThat(Ffmpeg.message(-5)).isEqualTo("Input/output error");
  }
}
