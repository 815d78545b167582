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
          .startsWith("mien-" + stage.port() + "=")
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
          .contains("mien-" + stage.port() + "=;", "Expires=Thu, 01 Jan 1970");
      assertThat(stage.get("/api/cameras", "Cookie", session).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aFormOfAnotherSiteDoesNotLogIn() throws Exception {
    for (String origin : java.util.List.of("http://evil.example", "null")) {
      try (Stage stage = closed()) {
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
  void aWrongTokenIsToldOnTheLoginPage() throws Exception {
    try (Stage stage = closed()) {
      HttpResponse<byte[]> wrong = stage.post("/login", "token=guess");
      assertThat(wrong.headers().firstValue("Location")).hasValue("/login.html?wrong");
      assertThat(wrong.headers().firstValue("Set-Cookie")).isEmpty();
    }
  }

  /** One way to try a token. */
  private static HttpResponse<byte[]> attempt(Stage stage, String way, String token)
      throws Exception {
    return switch (way) {
      case "form" -> stage.post("/login", "token=" + token.replace(' ', '+'));
      case "bearer" -> stage.get("/api/cameras", "Authorization", "Bearer " + token);
      case "basic" -> stage.get("/api/cameras", "Authorization", "Basic " + base64("me:" + token));
      case "forwarded" ->
          stage.get(
              "/api/cameras",
              "Authorization",
              "Bearer " + token,
              "X-Forwarded-For",
              "192.0.2." + token.hashCode() % 250,
              "Forwarded",
              "for=192.0.2." + token.hashCode() % 250);
      default -> stage.get("/api/cameras", "Cookie", "mien-%d=%s".formatted(stage.port(), token));
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"form", "bearer", "basic", "forwarded", "cookie"})
  void manyGuessesWaitAndSoDoesARightOne(String way) throws Exception {
    try (Stage stage = closed()) {
      String session =
          stage
              .post("/login", "token=correct+horse+battery")
              .headers()
              .firstValue("Set-Cookie")
              .orElse("")
              .replaceFirst(";.*", "");
      for (int i = 0; i < 5; i++) {
        assertThat(attempt(stage, way, "guess" + i).statusCode()).isNotEqualTo(429);
      }
      HttpResponse<byte[]> refused = attempt(stage, way, "guess");
      assertThat(refused.statusCode()).isEqualTo(429);
      for (String other : List.of("form", "bearer", "basic")) {
        HttpResponse<byte[]> right = attempt(stage, other, TOKEN);
        assertThat(right.statusCode()).as(other).isEqualTo(429);
        assertThat(right.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(Stage.text(right)).isEqualTo(Stage.text(refused));
        assertThat(right.headers().firstValue("Set-Cookie")).isEmpty();
      }
      HttpResponse<byte[]> page = stage.get("/", "Accept", "text/html", "Cookie", "mien-1=x");
      assertThat(page.statusCode()).as("who tries nothing is asked").isEqualTo(401);
      assertThat(stage.get("/api/cameras", "Cookie", session).statusCode())
          .as("who is logged in stays so")
          .isEqualTo(200);
      assertThat(stage.get("/healthz").statusCode()).isEqualTo(200);
      while (attempt(stage, "bearer", TOKEN).statusCode() == 429) {
        Thread.onSpinWait(); // For a second.
      }
      assertThat(attempt(stage, "basic", TOKEN).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void theLoginPageSaysForHowLong() throws Exception {
    try (Stage stage = closed()) {
      for (int i = 0; i < 5; i++) {
        attempt(stage, "form", "guess");
      }
      HttpResponse<byte[]> page =
          stage.send(
              stage
                  .to("/login")
                  .header("Accept", "text/html")
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(java.net.http.HttpRequest.BodyPublishers.ofString("token=guess")));
      assertThat(page.statusCode()).isEqualTo(429);
      assertThat(Stage.text(page))
          .contains("role=\"alert\">There were too many wrong tokens. Try again in 1 s.");
    }
  }

  @Test
  void aBrowserForgetsASessionThatHasEnded() throws Exception {
    try (Stage stage = closed()) {
      HttpResponse<byte[]> answer =
          stage.get("/", "Accept", "text/html", "Cookie", "mien-" + stage.port() + "=old");
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(Stage.text(answer)).contains("<form method=\"post\" action=\"/login\">");
      assertThat(answer.headers().firstValue("Set-Cookie").orElse(""))
          .contains("mien-" + stage.port() + "=;", "Expires=Thu, 01 Jan 1970");
    }
  }
}
