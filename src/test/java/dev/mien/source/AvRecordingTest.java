package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import dev.mien.frame.Frame;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Films that come over HTTP or through a pipe. */
@Timeout(60)
final class AvRecordingTest {
  private static final long PATIENCE = 1_000_000_000L;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static Deadlines limits(long patience) {
    return new Deadlines(patience, patience, patience / 2);
  }

  @Test
  @DisplayName("R09: films over HTTP, whole and as HLS, give every frame")
  void recordings() throws Exception {
    Path film = Clips.pattern(folder.resolve("film.mp4"), 4);
    Clips.ffmpeg("-i %s -c copy -f hls -hls_time 1 -hls_list_size 0 %s/l.m3u8", film, folder);
    HttpServer http = serve();
    try {
      for (String name : List.of("film.mp4", "l.m3u8")) {
        String url = "http://127.0.0.1:%d/%s".formatted(http.getAddress().getPort(), name);
        try (Source source = SourceAddress.parse(url).open()) {
          assertThat(source.pace()).isEqualTo(Pace.RECORDED);
          assertThat(Clips.drain(source)).as(name).hasSize(100).isSorted();
        }
      }
    } finally {
      http.stop(0);
    }
  }

  @Test
  @DisplayName("R07: live HLS comes in pieces, and its pictures when they are due")
  void livePieces() throws Exception {
    // FFmpeg begins three pieces before the end.
    Path film = Clips.pattern(folder.resolve("film.mp4"), 12);
    Clips.ffmpeg(
        "-i %s -c copy -f hls -hls_time 4 -hls_flags omit_endlist %s/l.m3u8", film, folder);
    HttpServer http = serve();
    String url = "http://127.0.0.1:%d/l.m3u8".formatted(http.getAddress().getPort());
    try (Source source = SourceAddress.parse(url).open()) {
      assertThat(source.pace()).isEqualTo(Pace.LIVE);
      long start = System.nanoTime();
      for (int i = 0; i < 51; i++) {
        Objects.requireNonNull(source.read()).close();
      }
      // 50 steps of 40 ms; all of it is there at once.
      assertThat(System.nanoTime() - start).isGreaterThan(1_900_000_000L);
      assertThat(source.link().reconnects()).isZero();
    } finally {
      http.stop(0);
    }
  }

  @Test
  @DisplayName("R07: what a service plays again and again goes on in time")
  void againAndAgain() throws Exception {
    Clips.pattern(folder.resolve("film.mp4"), 1);
    HttpServer http = serve();
    String url = "http://127.0.0.1:%d/film.mp4".formatted(http.getAddress().getPort());
    try (Source source = SourceAddress.parse(url).openPatiently("film")) {
      long last = -1;
      for (int i = 0; i < 35; i++) {
        Frame frame = Objects.requireNonNull(source.read());
        assertThat(frame.sequence()).isEqualTo(i);
        assertThat(frame.timestamp()).isGreaterThan(last);
        last = frame.timestamp();
        frame.close();
      }
      assertThat(last).isGreaterThan(1_200_000_000L);
    } finally {
      http.stop(0);
    }
  }

  private HttpServer serve() throws Exception {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] body =
                Clips.bytes(folder.resolve(exchange.getRequestURI().getPath().substring(1)));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    http.start();
    return http;
  }

  private Path fifo() throws Exception {
    Path pipe = folder.resolve("pipe");
    Clips.run(List.of("mkfifo", pipe.toString()));
    return pipe;
  }

  @Test
  @DisplayName("R01: a named pipe that says nothing is given up in time")
  void silentPipe() throws Exception {
    Path pipe = fifo();
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> AvSource.pipe("pipe", pipe, limits(PATIENCE)).close())
        .withMessage(pipe + ": cannot be opened within 1 s");
  }

  @Test
  @DisplayName("R09: a named pipe gives every frame, and its end is the end")
  void pipe() throws Exception {
    Path film = Clips.pattern(folder.resolve("film.ts"), 4);
    Path pipe = fifo();
    Future<?> unused = threads.submit(() -> Files.write(pipe, Clips.bytes(film)));
    try (Source source = AvSource.pipe("pipe", pipe, limits(20 * PATIENCE))) {
      assertThat(source.pace()).isEqualTo(Pace.RECORDED);
      assertThat(Clips.drain(source)).hasSize(100).isSorted();
    }
  }
}
