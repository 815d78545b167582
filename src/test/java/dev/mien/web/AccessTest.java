package dev.mien.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that asks for a token. */
@Timeout(300)
final class AccessTest {
  private static final String TOKEN = "correct horse battery";

  private static Stage closed() throws Exception {
    Route health = new Route("/healthz", true, () -> Answer.text(200, "ok"));
    Route metrics = new Route("/metrics", false, () -> Answer.text(200, "faces 1"));
    return new Stage(TOKEN, 64, 48, health, metrics);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/main.js",
        "/api/cameras",
        "/api/shares",
        "/api/observations",
        "/api/once",
        "/live.mjpg",
        "/snapshot.jpg",
        "/metrics",
        "/logout",
        "/nothing"
      })
  void nothingIsGivenWithoutTheToken(String path) throws Exception {
    try (Stage stage = closed()) {
      HttpResponse<byte[]> answer = stage.get(path);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly("Bearer realm=\"Mien\"", "Basic realm=\"Mien\"");
      assertThat(Stage.text(answer)).doesNotContain("door");
      HttpResponse<byte[]> page = stage.get(path, "Accept", "text/html");
      assertThat(page.statusCode()).isEqualTo(401);
      assertThat(Stage.text(page)).contains("<form method=\"post\" action=\"/login\">");
    }
  }

  @Test
  void whatOthersOpenedIsOpen() throws Exception {
    try (Stage stage = closed()) {
      assertThat(Stage.text(stage.get("/healthz"))).isEqualTo("ok\n");
      assertThat(Stage.text(stage.get("/metrics", "Authorization", "Bearer " + TOKEN)))
          .isEqualTo("faces 1\n");
      for (String path : List.of("/login.html", "/login.js", "/style.css", "/icon.svg")) {
        assertThat(stage.get(path).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void programsSendItWithEachRequest() throws Exception {
    try (Stage stage = closed()) {
      assertThat(authorized(stage, "Bearer " + TOKEN)).isEqualTo(200);
      assertThat(authorized(stage, "basic " + base64("anybody:" + TOKEN))).isEqualTo(200);
      for (String wrong :
          List.of(
              "Bearer " + TOKEN + "x",
              "Bearer correct",
              "Basic " + base64("x:y"),
              "Basic %%%",
              "Bearer",
              "Digest x")) {
        assertThat(authorized(stage, wrong)).as(wrong).isEqualTo(401);
      }
    }
  }

  private static int authorized(Stage stage, String value) throws Exception {
    return stage.get("/api/cameras", "Authorization", value).statusCode();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void browsersLogInAndOut() throws Exception {
    try (Stage stage = closed()) {
      HttpResponse<byte[]> in = stage.post("/login", "token=correct+horse+battery");
      assertThat(in.statusCode()).isEqualTo(303);
      String cookie = in.headers().firstValue("Set-Cookie").orElse("");
      assertThat(cookie)
          .startsWith("mien-" + stage.server.port() + "=")
          .contains("HttpOnly", "SameSite=Strict", "Path=/")
          .doesNotContain(TOKEN);
      String session = cookie.replaceFirst(";.*", "");
      assertThat(Stage.text(stage.get("/api/cameras", "Cookie", session)))
          .contains("door", "\"login\":true");
      HttpResponse<byte[]> out =
          stage.send(
              stage
                  .to("/logout")
                  .header("Cookie", session)
                  .POST(java.net.http.HttpRequest.BodyPublishers.noBody()));
      assertThat(out.headers().firstValue("Set-Cookie").orElse(""))
          .contains("mien-" + stage.server.port() + "=;", "Expires=Thu, 01 Jan 1970");
      assertThat(stage.get("/api/cameras", "Cookie", session).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aFormOfAnotherSiteDoesNotLogIn() throws Exception {
    try (Stage stage = closed()) {
      for (String origin : java.util.List.of("http://evil.example", "null")) {
        HttpResponse<byte[]> answer =
            stage.send(
                stage
                    .to("/login")
                    .header("Origin", origin)
                    .POST(
                        java.net.http.HttpRequest.BodyPublishers.ofString(
                            "token=correct+horse+battery")));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
      }
    }
  }

  @Test
  void aWrongTokenIsAnsweredLateAndManyAreTurnedAway() throws Exception {
    try (Stage stage = closed()) {
      HttpResponse<byte[]> wrong = stage.post("/login", "token=guess");
      assertThat(wrong.headers().firstValue("Location")).hasValue("/login.html?wrong");
      assertThat(wrong.headers().firstValue("Set-Cookie")).isEmpty();
      List<Integer> answers =
          java.util.stream.IntStream.range(0, 20)
              .mapToObj(
                  i ->
                      java.util.concurrent.CompletableFuture.supplyAsync(
                          () -> {
                            try {
                              return stage.post("/login", "token=guess" + i).statusCode();
                            } catch (Exception e) {
                              throw new AssertionError(e);
                            }
                          },
                          task -> new Thread(task).start()))
              .toList()
              .stream()
              .map(java.util.concurrent.CompletableFuture::join)
              .toList();
      assertThat(answers).contains(429).containsAnyOf(303);
      assertThat(stage.post("/login", "token=correct+horse+battery").statusCode()).isEqualTo(303);
    }
  }
}
