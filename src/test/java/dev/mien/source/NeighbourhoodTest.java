package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

/** Streams that would lead Mien to hosts and ports that nobody named. */
@Timeout(60)
final class NeighbourhoodTest {
  private static final long SECOND = 1_000_000_000L;

  @ParameterizedTest
  @CsvSource({
    "http://cam/a, http://cam/b, true",
    "http://cam/a, HTTP://user:pw@CAM:80/b?c=http://x, true",
    "http://cam/a, https://cam/b, true",
    "http://cam/a, crypto+http://cam/b, true",
    "http://[fe80::1]:81/a, http://[fe80::1]:81/b, true",
    "http://cam/a, http://cam:81/b, false",
    "http://cam:81/a, https://cam/b, false",
    "https://cam/a, http://cam/b, false",
    "http://cam/a, http://cam@router/b, false",
    "http://cam/a, http://router/cam, false",
    "http://cam/a, file:///etc/passwd, false",
    "http://cam/a, /etc/passwd, false",
    "http://cam/a, tcp://cam:22, false",
    "http://cam/a, concat:http://cam/a|http://router/, false",
    "rtsp://cam/a, rtsp://cam:554/b, true",
    "rtsp://cam/a, rtsp://cam:8554/b, false",
  })
  @DisplayName("S7: the host and port that were named, and no other")
  void has(String named, String other, boolean same) {
    assertThat(new Neighbourhood(named).has(other)).isEqualTo(same);
  }

  private static void answer(Socket client, String text) throws Exception {
    Served.request(client);
    client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static SourceException refusal(String url) {
    ConnectionSupervisor life =
        new ConnectionSupervisor(
            "cam", new Deadlines(20 * SECOND, 20 * SECOND, SECOND), Level.DEBUG);
    return catchThrowableOfType(
        SourceException.class,
        () -> {
          try (Source source = AvSource.network("cam", url, life)) {
            Clips.drain(source);
          }
        });
  }

  @Test
  @DisplayName("S7: neither pieces nor keys of a playlist are fetched elsewhere")
  void playlist() throws Exception {
    for (String line :
        new String[] {"", "#EXT-X-KEY:METHOD=AES-128,URI=\"http://127.0.0.1:%d/k\"\n"}) {
      try (Served other = Served.with(Served.saying("HTTP/1.1 404 no\r\n\r\n"))) {
        String list =
            "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"
                + line.formatted(other.port())
                + "#EXTINF:1,\n"
                + (line.isEmpty() ? "http://127.0.0.1:%d/a.ts".formatted(other.port()) : "a.ts")
                + "\n#EXT-X-ENDLIST\n";
        try (Served camera =
            Served.with(
                (client, number) ->
                    answer(
                        client,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\nContent-Length: %d\r\n\r\n%s"
                            .formatted(list.length(), list)))) {
          SourceException refused = refusal(camera.url("http") + ".m3u8");
          assertThat(refused).isNotNull().hasMessageContaining("leads to http://127.0.0.1:");
          assertThat(other.connections()).isZero();
        }
      }
    }
  }

  @Test
  @DisplayName("S7: an RTSP server that sends elsewhere is not followed, and nothing is said there")
  void redirect() throws Exception {
    ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    try (Served other = Served.with((client, number) -> heard.add(Served.request(client)));
        Served camera =
            Served.with(
                (client, number) -> {
                  for (int i = 1; ; i++) {
                    answer(
                        client,
                        i == 1
                            ? "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE\r\n\r\n"
                            : "RTSP/1.0 302 Found\r\nCSeq: %d\r\nLocation: rtsp://127.0.0.1:%d/x\r\n\r\n"
                                .formatted(i, other.port()));
                  }
                })) {
      SourceException refused = refusal(camera.url("rtsp"));
      assertThat(refused)
          .isNotNull()
          .hasMessageContaining("leads to rtsp://127.0.0.1:" + other.port())
          .hasMessageNotContaining("gehe1m");
    }
    assertThat(String.join("", heard)).isEmpty();
  }
}
