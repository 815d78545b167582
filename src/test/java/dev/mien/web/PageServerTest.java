package dev.mien.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.frame.Frame;
import dev.mien.sink.ObservationJson;
import dev.mien.sink.Sink;
import dev.mien.source.ConnectionState;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real requests over real sockets. */
@Timeout(300)
final class PageServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/main.js", "/style.css", "/icon.svg", "/nothing", "/api/cameras", "/../x"})
  void everyAnswerKeepsOtherSitesOut(String path) throws Exception {
    try (Stage stage = new Stage(null, 64, 48)) {
      HttpResponse<byte[]> answer = stage.get(path);
      assertThat(answer.statusCode())
          .isEqualTo(path.equals("/nothing") ? 404 : path.equals("/../x") ? 400 : 200);
      assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
          .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';")
          .doesNotContain("unsafe", "*", "http");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
      assertThat(answer.headers().firstValue("Cross-Origin-Resource-Policy"))
          .hasValue("same-origin");
      assertThat(answer.headers().map()).doesNotContainKeys("server", "x-powered-by");
    }
  }

  @Test
  void aPictureIsTheNextFrames() throws Exception {
    try (Stage stage = new Stage(null, 64, 48).runs()) {
      HttpResponse<byte[]> picture = stage.get("/snapshot.jpg?source=door");
      assertThat(picture.headers().firstValue("Content-Type")).hasValue("image/jpeg");
      assertThat(picture.body()).startsWith(0xFF, 0xD8).endsWith(0xFF, 0xD9);
    }
  }

  @Test
  void onceIsOneFrameWithItsFacesTimeAndPicture() throws Exception {
    try (Stage stage = new Stage(null, 64, 48).runs()) {
      HttpResponse<byte[]> answer = stage.post("/api/once", "");
      JsonNode once = JSON.readTree(answer.body());
      JsonNode seen = once.get("observation");
      long frame = seen.get("frame").asLong();
      assertThat(seen).isEqualTo(JSON.readTree(ObservationJson.of(Stage.seen(frame, 64, 48))));
      assertThat(once.get("milliseconds").asDouble()).isPositive();
      HttpResponse<byte[]> picture = stage.get(once.get("picture").asText());
      assertThat(picture.body()).startsWith(0xFF, 0xD8);
      assertThat(picture.body()).isEqualTo(stage.get(once.get("picture").asText()).body());
      assertThat(JSON.readTree(stage.get("/api/once?picture=0").body()).has("picture")).isFalse();
      assertThat(stage.get("/snapshot.jpg?frame=999999999").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void observationsAreTheRecordOfTheProduct() throws Exception {
    try (Stage stage = new Stage(null, 64, 48).runs();
        BufferedReader events = reader(stage.stream("/api/observations?source=door"))) {
      for (int i = 0; i < 20; i++) {
        String line = events.lines().filter(l -> l.startsWith("data: ")).findFirst().orElseThrow();
        long frame = JSON.readTree(line.substring(6)).get("frame").asLong();
        assertThat(line.substring(6))
            .isEqualTo(
                new String(ObservationJson.of(Stage.seen(frame, 64, 48)), StandardCharsets.UTF_8));
      }
    }
  }

  private static BufferedReader reader(HttpResponse<InputStream> response) {
    assertThat(response.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  @Test
  void theLivePictureIsOneJpegAPart() throws Exception {
    try (Stage stage = new Stage(null, 64, 48).runs();
        InputStream live = stage.stream("/live.mjpg").body()) {
      for (int i = 0; i < 5; i++) {
        assertThat(line(live)).isEqualTo("--mien");
        assertThat(line(live)).isEqualTo("Content-Type: image/jpeg");
        int length = Integer.parseInt(line(live).substring("Content-Length: ".length()));
        assertThat(line(live)).startsWith("X-Timestamp: ");
        assertThat(line(live)).isEmpty();
        assertThat(live.readNBytes(length)).startsWith(0xFF, 0xD8).endsWith(0xFF, 0xD9);
        assertThat(line(live)).isEmpty();
      }
    }
  }

  private static String line(InputStream in) throws Exception {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      assertThat(c).isNotNegative();
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }

  @Test
  void camerasAreListedWithStateAndFacesAndSharesAreCounted() throws Exception {
    try (Stage stage = new Stage(null, 64, 48)) {
      stage.server.camera("another");
      JsonNode before = JSON.readTree(stage.get("/api/cameras").body());
      assertThat(before.findValuesAsText("name")).containsExactly("another", "door");
      assertThat(before.findValuesAsText("state")).containsOnly("connecting");
      for (int i = 0; i < 26; i++) {
        stage.frame();
      }
      JsonNode door = JSON.readTree(stage.get("/api/cameras").body()).get("cameras").get(1);
      assertThat(door.get("state").asText()).isEqualTo("up");
      assertThat(door.get("frames_per_second").asDouble()).isEqualTo(25);
      assertThat(door.at("/faces/0/id").asLong()).isEqualTo(7);
      assertThat(door.at("/faces/0/seconds").asDouble()).isEqualTo(1);
      JsonNode shares = JSON.readTree(stage.get("/api/shares?source=door").body());
      assertThat(shares.at("/plots/0/labels").toString()).isEqualTo("[\"happy\",\"sad\"]");
      assertThat(shares.at("/plots/0/counts/59").toString()).isEqualTo("[26,0]");
      assertThat(shares.at("/plots/0/counts/0").toString()).isEqualTo("[]");
      HttpResponse<byte[]> unknown = stage.get("/snapshot.jpg?source=cellar");
      assertThat(unknown.statusCode()).isEqualTo(404);
      assertThat(Stage.text(unknown)).contains("another, door").doesNotContain("cellar");
    }
  }

  @Test
  void aSourceThatIsAwayIsSaidWithItsReason() throws Exception {
    try (Stage stage = new Stage(null, 64, 48)) {
      stage.server.link(
          "door",
          () ->
              new ConnectionState(
                  ConnectionState.State.RETRYING,
                  1,
                  "nobody answers there",
                  java.time.Instant.EPOCH));
      JsonNode door = JSON.readTree(stage.get("/api/cameras").body()).at("/cameras/0");
      assertThat(door.get("state").asText()).isEqualTo("retrying");
      assertThat(door.get("reason").asText()).isEqualTo("nobody answers there");
    }
  }

  @Test
  void nobodyLooksAndNothingIsCoded() throws Exception {
    try (Stage stage = new Stage(null, 64, 48)) {
      for (int i = 0; i < 10; i++) {
        assertThat(stage.door.wants() == Sink.Want.DRAWN).isFalse();
        stage.frame();
      }
    }
  }

  @Test
  void aViewerThatNeverReadsCostsNothing() throws Exception {
    try (Stage stage = new Stage(null, 1280, 720);
        Socket deaf = stage.connect();
        Socket deafToo = stage.connect()) {
      ask(deaf, "/live.mjpg");
      ask(deafToo, "/api/observations");
      int pictures = 0;
      for (int i = 0; i < 400 && (i < 50 || pictures > 0); i++) {
        pictures = stage.door.wants() == Sink.Want.DRAWN ? pictures + 1 : Math.min(pictures, 0);
        stage.frame();
      }
      // Its buffers are full: nobody waits for pictures, so none is coded or kept.
      long before = Pointer.totalBytes();
      for (int i = 0; i < 50; i++) {
        assertThat(stage.door.wants() == Sink.Want.DRAWN).isFalse();
        stage.frame();
      }
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
      stage.runs();
      assertThat(stage.get("/snapshot.jpg").statusCode()).isEqualTo(200);
    }
  }

  private static void ask(Socket socket, String path) throws Exception {
    socket.setReceiveBufferSize(4096);
    assertThat(answer(socket, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .isEqualTo("HTTP/1.1 200");
  }

  private static String answer(Socket socket, String request) throws Exception {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
  }

  @Test
  void aSourceThatEndsEndsItsStreams() throws Exception {
    try (Stage stage = new Stage(null, 64, 48);
        BufferedReader events = reader(stage.stream("/api/observations"));
        InputStream live = stage.stream("/live.mjpg").body()) {
      stage.door.close();
      assertThat(events.lines().allMatch(l -> l.isEmpty() || l.equals(":"))).isTrue();
      assertThat(live.readAllBytes()).asString().isEqualTo("--mien\r\n");
      assertThat(stage.get("/snapshot.jpg").statusCode()).isEqualTo(404);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1:8080", "[::1]:1", "LOCALHOST:80", "192.168.1.5"})
  void itsOwnNamesAreServed(String host) throws Exception {
    try (Stage stage = new Stage(null, 64, 48)) {
      assertThat(stage.raw("GET / HTTP/1.0\r\nHost: " + host + "\r\n\r\n")).contains(" 200 OK");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example:8080", "localhost.evil", "x"})
  void anotherNameIsRebindingAndRefused(String host) throws Exception {
    try (Stage stage = new Stage(null, 64, 48)) {
      assertThat(stage.raw("GET /snapshot.jpg HTTP/1.0\r\nHost: " + host + "\r\n\r\n"))
          .contains(" 421 ");
      assertThat(stage.raw("GET / HTTP/1.0\r\n\r\n")).contains(" 421 ");
    }
  }

  @Test
  void anotherSiteIsRefusedButALinkIsFollowed() throws Exception {
    try (Stage stage = new Stage(null, 64, 48)) {
      assertThat(stage.get("/api/cameras", "Sec-Fetch-Site", "cross-site").statusCode())
          .isEqualTo(403);
      assertThat(stage.get("/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"))
          .extracting(HttpResponse::statusCode)
          .isEqualTo(200);
      assertThat(stage.get("/api/cameras", "Origin", "http://evil.example").statusCode())
          .isEqualTo(403);
      assertThat(stage.get("/api/cameras", "Sec-Fetch-Site", "same-origin").statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void limitsAreKept() throws Exception {
    try (Stage stage = new Stage("correct horse battery", 64, 48)) {
      assertThat(stage.get("/", "X-Long", "x".repeat(9000)).statusCode()).isEqualTo(431);
      // In one piece: who still writes when the answer and the end come may never read the answer.
      String login =
          "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2006\r\n"
              + "Content-Type: application/x-www-form-urlencoded\r\n\r\ntoken=";
      try (Socket client = stage.connect()) {
        assertThat(answer(client, login + "x".repeat(2000))).isEqualTo("HTTP/1.1 400");
      }
      assertThat(stage.send(stage.to("/").DELETE()).statusCode()).isEqualTo(405);
      assertThat(stage.post("/api/cameras", "").statusCode()).isEqualTo(405);
    }
    try (Stage stage = new Stage(null, 64, 48)) {
      List<Socket> viewers = new java.util.ArrayList<>();
      for (int i = 0; i < 64; i++) {
        Socket viewer = stage.connect();
        viewers.add(viewer);
        ask(viewer, "/live.mjpg");
      }
      assertThat(stage.get("/live.mjpg").statusCode()).isEqualTo(503);
      assertThat(stage.get("/").statusCode()).isEqualTo(200);
      for (Socket viewer : viewers) {
        viewer.close();
      }
    }
  }

  @Test
  void ofACameraThatIsAwayNoFacesAreSaid() throws Exception {
    try (Stage stage = new Stage(null, 64, 48)) {
      stage.frame();
      assertThat(Stage.text(stage.get("/api/cameras"))).contains("\"up\"", "\"faces\"");
      assertThat(stage.server.faces()).anyMatch(f -> f.faces() == 1);
      stage.server.link(
          "door",
          () ->
              new ConnectionState(
                  ConnectionState.State.RETRYING, 1, "no route to host", Instant.EPOCH));
      assertThat(Stage.text(stage.get("/api/cameras")))
          .contains("\"retrying\"", "no route to host")
          .doesNotContain("\"faces\"", "frames_per_second");
      assertThat(stage.server.faces()).allMatch(f -> f.faces() == 0);
    }
  }

  @Test
  void whoFollowsAllCamerasGetsThoseThatComeLater() throws Exception {
    try (Stage stage = new Stage(null, 64, 48);
        BufferedReader events = reader(stage.stream("/api/observations"));
        Sink yard = stage.server.camera("yard")) {
      stage.door.close();
      try (Frame frame = new Frame(3, 0, new Mat(48, 64, opencv_core.CV_8UC3))) {
        yard.write(frame, Stage.seen(3, 64, 48));
      }
      assertThat(events.lines().filter(l -> l.startsWith("data: ")).findFirst().orElseThrow())
          .contains("\"frame\":3");
    }
  }

  @Test
  void headOfAStreamTakesNoPlace() throws Exception {
    try (Stage stage = new Stage(null, 64, 48)) {
      for (int i = 0; i < 70; i++) {
        String path = i % 2 == 0 ? "/live.mjpg" : "/api/observations";
        HttpResponse<byte[]> head =
            stage.send(stage.to(path).method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Type").orElse(""))
            .startsWith(i % 2 == 0 ? "multipart/x-mixed-replace" : "text/event-stream");
      }
    }
  }

  @Test
  void aRouteThatFailsIsSaidWithoutTheInside() throws Exception {
    Route broken =
        new Route(
            "/broken",
            true,
            () -> {
              throw new IllegalStateException("inside");
            });
    try (Stage stage = new Stage(null, 64, 48, broken)) {
      HttpResponse<byte[]> answer = stage.get("/broken");
      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(Stage.text(answer)).doesNotContain("inside");
    }
  }

  @Test
  void aTakenPortIsSaidInOneLine() throws Exception {
    try (Stage stage = new Stage(null, 64, 48)) {
      int port = stage.server.port();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PageServer.open("127.0.0.1", port, null, List.of()).close())
          .withMessage(
              "http://127.0.0.1:%d: the port is taken by another program; name another", port);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PageServer.open("192.0.2.1", 0, null, List.of()).close())
          .withMessage(
              "http://192.0.2.1:0: this machine cannot listen at this address; expected one of"
                  + " its own");
    }
  }
}
