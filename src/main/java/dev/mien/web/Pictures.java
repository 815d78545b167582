package dev.mien.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Pictures one after the other to one viewer, as browsers, players and recorders take them:
 * multipart/x-mixed-replace with a JPEG in each part. The next one is asked for when the last one
 * is through.
 */
final class Pictures {
  private static final String BOUNDARY = "mien";

  static final String TYPE = "multipart/x-mixed-replace; boundary=" + BOUNDARY;

  /** A camera that is away for longer ends the stream, so that the viewer notices. */
  private static final long PATIENCE_SECONDS = 30;

  private final Camera camera;
  private final Response response;
  private final Callback done;

  Pictures(Camera camera, Response response, Callback done) {
    this.camera = camera;
    this.response = response;
    this.done = done;
  }

  void start() {
    write("--" + BOUNDARY + "\r\n", new byte[0], "");
  }

  private void next() {
    camera.next(true, PATIENCE_SECONDS, this::show);
  }

  private void show(@Nullable Glimpse glimpse) {
    byte @Nullable [] jpeg = glimpse == null ? null : glimpse.jpeg();
    if (glimpse == null || jpeg == null) {
      response.write(true, ByteBuffer.allocate(0), done);
      return;
    }
    String head =
        "Content-Type: image/jpeg\r\nContent-Length: %d\r\nX-Timestamp: %d\r\n\r\n"
            .formatted(jpeg.length, glimpse.observation().timestamp());
    // The boundary follows at once: browsers show a part when they see its end.
    write(head, jpeg, "\r\n--" + BOUNDARY + "\r\n");
  }

  private void write(String head, byte[] body, String tail) {
    byte[] first = head.getBytes(StandardCharsets.US_ASCII);
    byte[] last = tail.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes = ByteBuffer.allocate(first.length + body.length + last.length);
    bytes.put(first).put(body).put(last).flip();
    response.write(false, bytes, Callback.from(this::next, done::failed));
  }
}
