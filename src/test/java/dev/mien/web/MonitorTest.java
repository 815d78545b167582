package dev.mien.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mien.pipeline.Situation;
import dev.mien.pipeline.Stats;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is told to programs, over real HTTP. */
@Timeout(60)
class MonitorTest {
  private static final String TOKEN = "a-token-of-some-length";

  private volatile List<Stats> stats = List.of();
  private volatile boolean stopping;
  private @Nullable PageServer server;

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    PageServer open = server;
    if (open == null) {
      open = open(null);
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + open.port() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }

  private PageServer open(@Nullable String token) throws IOException {
    List<FaceCount> faces =
        List.of(
            new FaceCount("door", "emotion", "happy", 2),
            new FaceCount("door", "emotion", "happy", 2),
            new FaceCount("door", "emotion", "sad", 0),
            new FaceCount("door", "", "", 1));
    Devices devices =
        new Devices(
            "auto",
            "cpu",
            "onnxruntime",
            Map.of("mask", List.of(0L, 5L, 0L, 2L, 0L, 0L, 0L, 0L, 0L, 1L)));
    Monitor monitor = new Monitor(() -> stats, () -> stopping, () -> faces, () -> devices);
    PageServer opened = PageServer.open("127.0.0.1", 0, token, monitor.routes());
    server = opened;
    return opened;
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  private JsonNode ready(int status) throws Exception {
    HttpResponse<String> answer = get("/readyz");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return new ObjectMapper().readTree(answer.body());
  }

  @Test
  void readyzSaysTheStateAndWhy() throws Exception {
    stats = List.of(new Situation("door").stats());
    assertThat(ready(503).get("state").asText()).isEqualTo("starting");
    stats = List.of(new Situation("door").observed(4).stats());
    assertThat(ready(200).get("state").asText()).isEqualTo("running");
    stats =
        List.of(
            new Situation("door").observed(4).stats(),
            new Situation("yard").away("no route to host").stats());
    JsonNode degraded = ready(200);
    assertThat(degraded.get("state").asText()).isEqualTo("degraded");
    JsonNode yard = degraded.get("cameras").get(1);
    assertThat(yard.get("name").asText()).isEqualTo("yard");
    assertThat(yard.get("state").asText()).isEqualTo("away");
    assertThat(yard.get("why").asText()).isEqualTo("no route to host");
    assertThat(degraded.get("cameras").get(0).has("why")).isFalse();
    stopping = true;
    assertThat(ready(503).get("state").asText()).isEqualTo("stopping");
  }

  @Test
  void healthzIsAboutTheProgramAndNotAboutItsCameras() throws Exception {
    stats = List.of(new Situation("yard").away("no route to host").stats());
    HttpResponse<String> alive = get("/healthz");
    assertThat(alive.statusCode()).isEqualTo(200);
    assertThat(alive.body()).contains("\"alive\":true", "degraded").doesNotContain("yard");
    stats = List.of(new Situation("yard").observed(1).stuckFor(60).stats());
    assertThat(get("/healthz").statusCode()).isEqualTo(503);
  }

  @Test
  void whereThereIsATokenOnlyHealthzIsOpen() throws Exception {
    open(TOKEN);
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    for (String path : List.of("/readyz", "/metrics")) {
      assertThat(get(path).statusCode()).isEqualTo(401);
      assertThat(get(path, "Authorization", "Bearer " + TOKEN).statusCode()).isIn(200, 503);
    }
  }

  @Test
  void metricsAreInTheWordsOfPrometheus() throws Exception {
    stats =
        List.of(
            new Situation("door").observed(12).output("a.mp4", null).stats(),
            new Situation("yard")
                .away("no route")
                .output("b.mp4", new IOException("full"))
                .stats());
    HttpResponse<String> answer = get("/metrics");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/plain; version=0.0.4");
    assertThat(answer.body().lines())
        .contains(
            "# TYPE mien_frames_captured_total counter",
            "# TYPE mien_stage_duration_seconds histogram",
            "mien_frames_captured_total{camera=\"door\"} 20.0",
            "mien_frames_processed_total{camera=\"door\"} 12.0",
            "mien_frames_dropped_total{camera=\"door\",reason=\"stale\"} 5.0",
            "mien_stage_duration_seconds_count{camera=\"door\",stage=\"detect\"} 12",
            "mien_stage_duration_seconds_sum{camera=\"door\",stage=\"detect\"} 0.06",
            "mien_stage_duration_seconds_bucket{camera=\"door\",stage=\"detect\",le=\"0.0064\"} 12",
            "mien_stage_duration_seconds_bucket{camera=\"door\",stage=\"detect\",le=\"0.0032\"} 0",
            "mien_frame_age_seconds_bucket{camera=\"door\",le=\"+Inf\"} 12",
            "mien_source_up{camera=\"door\"} 1.0",
            "mien_detect_every{camera=\"door\"} 1.0",
            "mien_source_up{camera=\"yard\"} 0.0",
            "mien_source_reconnects_total{camera=\"yard\"} 3.0",
            "mien_output_up{camera=\"yard\",output=\"b.mp4\"} 0.0",
            "mien_output_frames_dropped_total{camera=\"door\",output=\"a.mp4\"} 2.0",
            "mien_faces{camera=\"door\",label=\"happy\",task=\"emotion\"} 2.0",
            "mien_faces{camera=\"door\",label=\"sad\",task=\"emotion\"} 0.0",
            "mien_inference_batch_size_bucket{model=\"mask\",le=\"1.0\"} 5",
            "mien_inference_batch_size_bucket{model=\"mask\",le=\"2.0\"} 5",
            "mien_inference_batch_size_bucket{model=\"mask\",le=\"4.0\"} 7",
            "mien_inference_batch_size_bucket{model=\"mask\",le=\"16.0\"} 8",
            "mien_inference_batch_size_sum{model=\"mask\"} 20.0",
            "mien_source_state{camera=\"yard\",state=\"retrying\"} 1.0",
            "mien_source_state{camera=\"door\",state=\"retrying\"} 0.0",
            "mien_output_seconds_total{camera=\"door\",output=\"a.mp4\"} 0.001",
            "mien_state{state=\"degraded\"} 1.0",
            "mien_device_info{actual=\"cpu\",requested=\"auto\"} 1",
            "mien_detector_info{engine=\"onnxruntime\"} 1");
    assertThat(answer.body())
        .contains("\njavacpp_physical_bytes ", "\nprocess_open_fds ", "\njvm_threads_current ");
  }

  /** The dashboard asks for nothing that is not there. */
  @Test
  void theDashboardsNamesAreThose() throws Exception {
    stats = List.of(new Situation("door").observed(12).output("a.mp4", null).stats());
    Set<String> told = new TreeSet<>();
    get("/metrics")
        .body()
        .lines()
        .filter(l -> !l.startsWith("#"))
        .forEach(l -> told.add(l.replaceFirst("[{ ].*", "")));
    JsonNode board = new ObjectMapper().readTree(Path.of("docs/grafana.json").toFile());
    List<String> asked = new ArrayList<>();
    Pattern names = Pattern.compile("\\b(?:mien|process|jvm|javacpp)_[a-z_]+");
    for (JsonNode text : board.findValues("expr")) {
      Matcher found = names.matcher(text.asText());
      while (found.find()) {
        asked.add(found.group());
      }
    }
    assertThat(asked).hasSizeGreaterThan(10).allMatch(told::contains);
    assertThat(board.get("panels").findValuesAsText("title")).doesNotHaveDuplicates();
  }
}
