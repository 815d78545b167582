package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.mien.frame.Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.ffmpeg.global.avutil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** R12: a password that was planted in a URL, looked for in all that is said. */
@Timeout(60)
final class SecretsTest {
  private static final String RAW = "Pl4nt:ed@Word";
  private static final String ENCODED = "Pl4nt%3Aed%40Word";
  private static final List<String> FORMS =
      List.of(
          RAW,
          ENCODED,
          "Pl4nt",
          Base64.getEncoder().encodeToString(("peter:" + RAW).getBytes(StandardCharsets.UTF_8)));

  private final Queue<String> said = new ConcurrentLinkedQueue<>();
  private final Logger root = (Logger) LoggerFactory.getLogger("ROOT");
  private final Logger ffmpeg = (Logger) LoggerFactory.getLogger("ffmpeg");
  private final AppenderBase<ILoggingEvent> ear =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          said.add(event.getFormattedMessage());
          if (event.getThrowableProxy() != null) {
            said.add(ThrowableProxyUtil.asString(event.getThrowableProxy()));
          }
        }
      };

  @BeforeEach
  void listen() {
    Ffmpeg.load();
    ear.start();
    root.addAppender(ear);
    root.setLevel(Level.TRACE);
    ffmpeg.setLevel(Level.TRACE);
    FfmpegLog.install();
    assertThat(avutil.av_log_get_level()).isEqualTo(avutil.AV_LOG_TRACE);
  }

  @AfterEach
  void listenNoMore() {
    root.detachAppender(ear);
    root.setLevel(Level.INFO);
    ffmpeg.setLevel(Level.ERROR);
    FfmpegLog.install();
  }

  private void open(String url) {
    SourceAddress address = SourceAddress.parse(url);
    said.add(address.toString());
    said.add(address.name());
    try (Source source = address.open()) {
      said.add(source.name());
      Frame frame = source.read();
      if (frame != null) {
        frame.close();
      }
      said.add(source.link().toString());
    } catch (IOException e) {
      said.add(e.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"rtsp, RTSP/1.0", "http, HTTP/1.1"})
  @DisplayName("FFmpeg's own words at their loudest, errors, names and states hold no password")
  void nowhere(String scheme, String version) throws Exception {
    for (String auth : List.of("Basic realm=\"x\"", "Digest realm=\"x\", nonce=\"y\"")) {
      try (Served served =
          Served.with(
              (client, number) -> {
                for (int i = 1; !Served.request(client).isEmpty(); i++) {
                  client
                      .getOutputStream()
                      .write(
                          "%s 401 Unauthorized\r\nCSeq: %d\r\nWWW-Authenticate: %s\r\nContent-Length: 0\r\n\r\n"
                              .formatted(version, i, auth)
                              .getBytes(StandardCharsets.US_ASCII));
                }
              })) {
        String host = "127.0.0.1:" + served.port();
        open("%s://peter:%s@%s/cam".formatted(scheme, RAW, host));
        open("%s://peter:%s@%s/cam".formatted(scheme, ENCODED, host));
        open("%s://%s/cam?usr=peter&loginpas=%s".formatted(scheme, host, ENCODED));
        open("%s://%s/user=peter_password=Pl4nted_channel=1".formatted(scheme, host));
        assertThat(served.connections()).isGreaterThanOrEqualTo(4);
      }
    }
    assertThat(said).anySatisfy(line -> assertThat(line).startsWith("ffmpeg: "));
    for (String line : said) {
      for (String form : FORMS) {
        assertThat(line).doesNotContain(form);
      }
    }
  }

  @Test
  @DisplayName("Trouble is told once a second, with a count of what was left out")
  void trouble() {
    FfmpegLog talk = new FfmpegLog();
    for (int i = 0; i < 1000; i++) {
      talk.tell(org.slf4j.event.Level.WARN, "No JPEG data", i * 1_000_000L);
    }
    talk.tell(org.slf4j.event.Level.WARN, "No JPEG data", 1_000_000_000L);
    assertThat(said)
        .containsExactly("ffmpeg: No JPEG data", "ffmpeg: No JPEG data (and 999 more before)");
  }

  @Test
  void levels() {
    assertThat(FfmpegLog.level(avutil.AV_LOG_FATAL).name()).isEqualTo("WARN");
    assertThat(FfmpegLog.level(avutil.AV_LOG_PANIC).name()).isEqualTo("ERROR");
    assertThat(FfmpegLog.level(avutil.AV_LOG_ERROR).name()).isEqualTo("WARN");
    assertThat(FfmpegLog.level(avutil.AV_LOG_WARNING).name()).isEqualTo("INFO");
    assertThat(FfmpegLog.level(avutil.AV_LOG_INFO).name()).isEqualTo("DEBUG");
    assertThat(FfmpegLog.level(avutil.AV_LOG_DEBUG).name()).isEqualTo("TRACE");
  }
}
