package dev.mien.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.face.Classification.Score;
import dev.mien.face.Detection;
import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Box;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/** A server with one camera, "door", that gives pictures of noise with one face. */
final class Stage implements AutoCloseable {
  final PageServer server;
  final Sink door;
  private final HttpClient client = HttpClient.newHttpClient();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final int width;
  private final int height;
  private final byte[] noise;
  private long sequence;

  Stage(@Nullable String token, int width, int height, Route... routes) throws IOException {
    this.width = width;
    this.height = height;
    noise = new byte[width * height * 3];
    new Random(1).nextBytes(noise);
    server = PageServer.open("127.0.0.1", 0, token, List.of(routes));
    door = server.camera("door");
  }

  static Observation seen(long sequence, int width, int height) {
    List<Score> scores = List.of(new Score("happy", 0.71), new Score("sad", 0.29));
    Face.Label label = new Face.Label("emotion", "emotion", "happy", 0.71, scores);
    Detection detection = new Detection(new Box(4, 4, 20, 20), 0.94, null);
    return new Observation(
        "door",
        sequence,
        sequence * 40_000_000,
        new dev.mien.frame.Size(width, height),
        List.of(new Face(7, detection, List.of(label))));
  }

  /** The next frame goes to the camera as the pipeline would hand it over. */
  void frame() throws IOException {
    Mat image = new Mat(height, width, opencv_core.CV_8UC3);
    image.data().put(noise);
    boolean wanted = door.wants() == Sink.Want.DRAWN;
    try (Frame frame = new Frame(sequence, sequence * 40_000_000, image);
        Frame given = wanted ? frame.copy() : frame.withoutPixels()) {
      door.write(given, seen(sequence, width, height));
    }
    sequence++;
  }

  /** Frames come from now on, a hundred a second. */
  Stage runs() {
    var unused =
        clock.scheduleAtFixedRate(
            () -> {
              try {
                frame();
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            },
            0,
            10,
            TimeUnit.MILLISECONDS);
    return this;
  }

  int port() {
    return server.port();
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = to(path);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  HttpResponse<byte[]> post(String path, String form) throws Exception {
    return send(
        to(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  HttpResponse<InputStream> stream(String path) throws Exception {
    return client.send(to(path).build(), BodyHandlers.ofInputStream());
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  Socket connect() throws IOException {
    return connect("127.0.0.1");
  }

  /** From an address of this machine. */
  Socket connect(String from) throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), server.port(), InetAddress.getByName(from), 0);
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Sends this on a connection of its own and gives what comes until the server closes it. */
  String raw(String request) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    try {
      assertThat(clock.awaitTermination(60, TimeUnit.SECONDS)).as("a frame is stuck").isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    door.close();
    server.close();
  }
}
