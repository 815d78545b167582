package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

/** Cameras that never come to the end of a picture. */
@Timeout(60)
final class FloodTest {
  private static final long SECOND = 1_000_000_000L;

  /** What may be on its way: the buffers of both sockets. */
  private static final long UNDER_WAY = 32L << 20;

  private static final String MULTIPART =
      "Content-Type: multipart/x-mixed-replace;boundary=b\r\n\r\n--b\r\nContent-Type: image/jpeg\r\n";

  private final AtomicLong sent = new AtomicLong();

  private void flood(Socket client, String head, byte[] block, LongPredicate more) {
    try (OutputStream out = client.getOutputStream()) {
      Served.request(client);
      out.write(("HTTP/1.1 200 OK\r\n" + head).getBytes(StandardCharsets.ISO_8859_1));
      while (more.test(sent.get())) {
        out.write(block);
        sent.addAndGet(block.length);
      }
    } catch (Exception e) {
      // Mien hung up.
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        MULTIPART + "Content-Length: 2000000000\r\n\r\n\377\330",
        MULTIPART + "\r\n\377\330",
        "Content-Type: image/jpeg\r\n\r\n\377\330\377\300\0\021\010"
            + "\0\360\001\100\003\001\042\0\002\021\001\003\021\001",
      })
  @DisplayName("A picture that does not end is given up, whatever length its head claims")
  void endless(String head) throws Exception {
    byte[] nothing = new byte[1 << 16];
    try (Served camera =
        Served.with((client, number) -> flood(client, head, nothing, so -> so < 2_000_000_000L))) {
      SourceException refused =
          catchThrowableOfType(
              SourceException.class,
              () -> {
                ConnectionSupervisor life =
                    new ConnectionSupervisor(
                        "cam", new Deadlines(20 * SECOND, 20 * SECOND, SECOND), Level.DEBUG);
                try (Source source = AvSource.network("cam", camera.url("http"), life)) {
                  Clips.drain(source);
                }
              });
      assertThat(refused).isNotNull().hasMessageContaining("more than 64 MB for one picture");
      assertThat(sent.get()).isLessThan((64L << 20) + UNDER_WAY);
    }
  }
}
