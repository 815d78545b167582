package dev.mien.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that are none. {@code -Dmien.requests=10000} sends as many. */
@Timeout(600)
final class MutatedRequestsTest {
  private static final int REQUESTS = Integer.getInteger("mien.requests", 1000);
  private static final List<String> PATHS =
      List.of(
          "/",
          "/api/once?source=door",
          "/api/observations",
          "/live.mjpg?source=door",
          "/snapshot.jpg?frame=1",
          "/login",
          "/%2e%2e/%00",
          "/api/shares?source=%ff");

  @Test
  void leaveTheServerUpAndItsMemoryFlat() throws Exception {
    Random random = new Random(4);
    try (Stage stage = new Stage("correct horse battery", 64, 48).runs()) {
      String session =
          stage
              .post("/login", "token=correct+horse+battery")
              .headers()
              .firstValue("Set-Cookie")
              .orElse("")
              .replaceFirst(";.*", "");
      for (int i = 0; i < REQUESTS / 4; i++) {
        send(stage, request(random, session));
      }
      int threads = Thread.activeCount();
      long heap = heap();
      long pixels = Pointer.totalBytes();
      for (int i = 0; i < REQUESTS; i++) {
        send(stage, request(random, session));
      }
      assertThat(stage.get("/", "Cookie", session).statusCode()).isEqualTo(200);
      assertThat(heap() - heap).isLessThan(8L << 20);
      assertThat(Pointer.totalBytes() - pixels).isLessThan(1L << 20);
      assertThat(Thread.activeCount() - threads).isLessThan(4);
    }
  }

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static byte[] request(Random random, String session) {
    String body = random.nextBoolean() ? "token=" + "x".repeat(random.nextInt(3000)) : "";
    String text =
        "%s %s HTTP/1.%d\r\nHost: 127.0.0.1\r\nCookie: %s\r\n%s\r\n%s"
            .formatted(
                List.of("GET", "POST", "HEAD", "OPTIONS", "TRACE", "BREW").get(random.nextInt(6)),
                PATHS.get(random.nextInt(PATHS.size())),
                random.nextInt(3),
                random.nextBoolean() ? session : "",
                random.nextBoolean()
                    ? "Content-Length: " + random.nextInt(4000) + "\r\n"
                    : random.nextBoolean() ? "Transfer-Encoding: chunked\r\n" : "",
                body);
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    for (int n = random.nextInt(8); n > 0; n--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  /** Some read a little of the answer, some nothing, and all go away. */
  private static void send(Stage stage, byte[] request) throws IOException {
    try (Socket socket = stage.connect()) {
      socket.getOutputStream().write(request);
      if (request[request.length - 1] % 2 == 0) {
        socket.shutdownOutput();
        var unused = socket.getInputStream().read(new byte[512]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|closed).*");
    }
  }
}
