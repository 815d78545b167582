package dev.mien.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import dev.mien.source.Source;
import dev.mien.source.SourceAddress;
import dev.mien.web.PageServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page of the real program, asked by programs. */
@Timeout(300)
final class PageIT {
  private static final String SECRET = "geheimeswort12";

  @TempDir private Path folder = Path.of("");
  private final HttpClient client = HttpClient.newHttpClient();

  private HttpResponse<byte[]> get(String url, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    request.timeout(Duration.ofSeconds(60));
    return client.send(
        (headers.length == 0 ? request : request.headers(headers)).build(),
        BodyHandlers.ofByteArray());
  }

  /** Mien looks at another Mien's live picture, which asks for a password. */
  @Test
  @DisplayName("R12: the password of a source is in no page, metric, event or log")
  void thePasswordOfASourceIsNowhere() throws Exception {
    try (PageServer camera = PageServer.open("127.0.0.1", 0, SECRET, List.of());
        Sink door = camera.camera("door");
        Source pattern = SourceAddress.parse("pattern:320x240@25").open()) {
      Thread feeder = new Thread(() -> feed(pattern, door));
      feeder.setDaemon(true); // It ends with the pattern.
      feeder.start();
      String url = "http://mien:" + SECRET + "@127.0.0.1:" + camera.port() + "/live.mjpg";
      Process program =
          new Program(folder)
              .start(
                  "watch",
                  "--log-level",
                  "debug",
                  "--classify",
                  "none",
                  "--source",
                  url,
                  "--to",
                  "events.jsonl",
                  "--to",
                  "http://127.0.0.1:0");
      try {
        String page = BrowserIT.address(folder.resolve("stderr"));
        HttpResponse<byte[]> once = get(page + "api/once?picture=0");
        assertThat(new String(once.body(), StandardCharsets.UTF_8))
            .contains("\"width\":320", "\"source\":\"127.0.0.1:" + camera.port() + "\"")
            .doesNotContain(SECRET);
        for (String path :
            List.of(
                "",
                "main.js",
                "api/cameras",
                "api/shares",
                "snapshot.jpg?source=x",
                "x",
                "metrics",
                "readyz",
                "healthz")) {
          HttpResponse<byte[]> answer = get(page + path);
          assertThat(new String(answer.body(), StandardCharsets.ISO_8859_1) + answer.headers())
              .as(path)
              .doesNotContain(SECRET, "mien:geheim");
        }
      } finally {
        program.destroy();
        assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      for (String file : List.of("stderr", "events.jsonl")) {
        assertThat(Files.readString(folder.resolve(file)))
            .as(file)
            .isNotEmpty()
            .doesNotContain(SECRET);
      }
    }
  }

  @Test
  @DisplayName(
      "R12: nor is it in what is said of a camera that is not there, however it is written")
  void noErrorSaysAPassword() throws Exception {
    for (String address :
        List.of(
            "rtsp://peter:Pl4nted@127.0.0.1:9/cam",
            "rtsp://peter:Pl%344nted@127.0.0.1:9/cam",
            "rtsp://127.0.0.1:9/cam?usr=peter&loginpas=Pl4nted",
            "http://127.0.0.1:9/user=peter_password=Pl4nted_channel=1")) {
      Program.Ended ended =
          new Program(folder)
              .run("watch", "--log-level", "debug", "--source", address, "--to", "events.jsonl");
      assertThat(ended.status()).isEqualTo(5);
      assertThat(ended.out() + ended.err())
          .contains("127.0.0.1:9")
          .doesNotContain("Pl4nted", "Pl%344nted", "peter");
    }
  }

  private static void feed(Source source, Sink sink) {
    try {
      for (Frame frame = source.read(); frame != null; frame = source.read()) {
        try (Frame read = frame) {
          sink.write(
              read,
              new Observation("door", read.sequence(), read.timestamp(), read.size(), List.of()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void beyondLoopbackATokenIsMadeAndShownOnce() throws Exception {
    Process program =
        new Program(folder)
            .start(
                "watch", "--classify", "none", "--source", "pattern:", "--to", "http://0.0.0.0:0");
    try {
      String page = BrowserIT.address(folder.resolve("stderr")).replace("0.0.0.0", "127.0.0.1");
      page = page.replace(",", "");
      String[] token = {""};
      BrowserIT.until(
          () -> {
            try {
              Matcher said =
                  Pattern.compile("shown only now: (\\S{22})\\n")
                      .matcher(Files.readString(folder.resolve("stderr")));
              token[0] = said.find() ? said.group(1) : "";
              return !token[0].isEmpty();
            } catch (IOException e) {
              return false;
            }
          });
      assertThat(get(page + "api/cameras").statusCode()).isEqualTo(401);
      assertThat(get(page + "api/once", "Authorization", "Bearer " + token[0]).statusCode())
          .isEqualTo(200);
    } finally {
      program.destroy();
      assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aTakenPortIsWrongInput() throws Exception {
    try (PageServer other = PageServer.open("127.0.0.1", 0, null, List.of())) {
      new Program(folder)
          .run(
              "watch",
              "--classify",
              "none",
              "--source",
              "pattern:",
              "--to",
              "http://127.0.0.1:" + other.port())
          .saysOnly(2, ": the port is taken by another program; name another");
    }
  }
}
