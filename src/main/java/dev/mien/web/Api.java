package dev.mien.web;

import com.fasterxml.jackson.databind.util.RawValue;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** What the page and other programs ask the cameras. */
final class Api {
  /** How long a question for the next frame waits for one. */
  private static final long PATIENCE_SECONDS = 5;

  private final PageServer server;

  Api(PageServer server) {
    this.server = server;
  }

  Executor executor() {
    return server::execute;
  }

  static boolean takesPost(String path) {
    return path.equals("/api/once") || path.equals("/logout");
  }

  /** False where there is nothing at this path. */
  boolean answer(String path, Request request, Response response, Callback callback) {
    switch (path) {
      case "/api/cameras",
          "/api/shares",
          "/api/observations",
          "/api/once",
          "/live.mjpg",
          "/snapshot.jpg" -> {
        Fields query;
        try {
          query = Request.extractQueryParameters(request);
        } catch (RuntimeException e) {
          Router.give(Answer.error(400, "the query is not readable"), response, callback);
          return true;
        }
        answer(path, query, request, response, callback);
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  private void answer(
      String path, Fields query, Request request, Response response, Callback callback) {
    if (path.equals("/api/cameras")) {
      Router.give(
          Answer.json(
              200, Map.of("cameras", cameras(), "login", server.asks(), "run", server.run())),
          response,
          callback);
      return;
    }
    String name = query.getValue("source");
    Camera camera =
        name == null
            ? server.cameras().values().stream().findFirst().orElse(null)
            : server.cameras().get(name);
    if (camera == null) {
      String known = String.join(", ", server.cameras().keySet());
      Router.give(Answer.error(404, "no such source; there are: " + known), response, callback);
      return;
    }
    switch (path) {
      case "/api/shares" -> Router.give(shares(camera), response, callback);
      case "/api/observations" ->
          observations(name == null ? null : camera, request, response, callback);
      case "/live.mjpg" -> live(camera, request, response, callback);
      case "/snapshot.jpg" -> snapshot(camera, query, response, callback);
      default -> once(camera, query, response, callback);
    }
  }

  private List<Map<String, Object>> cameras() {
    return server.cameras().values().stream().map(Camera::facts).toList();
  }

  private static Answer shares(Camera camera) {
    return Answer.json(200, Map.of("span_seconds", Shares.SPAN_SECONDS, "plots", camera.plots()));
  }

  private void observations(
      @Nullable Camera one, Request request, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
    if (!enter(request, response, callback)) {
      return;
    }
    Events events = new Events(response, callback, executor());
    Consumer<Glimpse> tracker = glimpse -> events.offer(event(glimpse));
    // Who follows all also gets those that come later, and stays when one goes.
    Consumer<Camera> join =
        camera ->
            camera.follow(
                tracker,
                () -> {
                  if (one != null || server.cameras().isEmpty()) {
                    events.end();
                  }
                });
    Request.addCompletionListener(
        request,
        failure -> {
          server.joining().remove(join);
          server.cameras().values().forEach(c -> c.unfollow(tracker));
          server.listeners().remove(events);
        });
    server.listeners().add(events);
    if (one == null) {
      server.joining().add(join);
      server.cameras().values().forEach(join);
    } else {
      join.accept(one);
    }
    // The answer begins when nothing is missed any more.
    events.offer(":\n\n".getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] event(Glimpse glimpse) {
    byte[] head = "data: ".getBytes(StandardCharsets.US_ASCII);
    byte[] event = new byte[head.length + glimpse.json().length + 2];
    System.arraycopy(head, 0, event, 0, head.length);
    System.arraycopy(glimpse.json(), 0, event, head.length, glimpse.json().length);
    event[event.length - 2] = '\n';
    event[event.length - 1] = '\n';
    return event;
  }

  private void live(Camera camera, Request request, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Pictures.TYPE);
    if (enter(request, response, callback)) {
      new Pictures(camera, response, callback).start();
    }
  }

  private boolean enter(Request request, Response response, Callback callback) {
    // An answer without a body would never notice that its reader has gone.
    if (request.getMethod().equals("HEAD")) {
      callback.succeeded();
      return false;
    }
    InetAddress from = Access.address(request);
    if (!server.streams().take(from)) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, "10");
      Router.give(Answer.error(503, "too many viewers"), response, callback);
      return false;
    }
    Request.addCompletionListener(request, failure -> server.streams().leave(from));
    // A source may be silent for long; who does not take what is written is still dropped.
    request.addIdleTimeoutListener(timeout -> false);
    return true;
  }

  private void snapshot(Camera camera, Fields query, Response response, Callback callback) {
    String frame = query.getValue("frame");
    if (frame != null) {
      byte @Nullable [] jpeg =
          frame.matches("\\d{1,18}") ? camera.kept(Long.parseLong(frame)) : null;
      Router.give(
          jpeg == null
              ? Answer.error(404, "this picture is not kept any more")
              : new Answer(200, "image/jpeg", jpeg),
          response,
          callback);
      return;
    }
    camera.next(
        true,
        PATIENCE_SECONDS,
        glimpse -> {
          if (glimpse == null || glimpse.jpeg() == null) {
            silent(camera, response, callback);
          } else {
            Router.give(new Answer(200, "image/jpeg", glimpse.jpeg()), response, callback);
          }
        });
  }

  private void once(Camera camera, Fields query, Response response, Callback callback) {
    boolean picture = !"0".equals(query.getValue("picture"));
    long start = System.nanoTime();
    camera.next(
        picture,
        PATIENCE_SECONDS,
        glimpse -> {
          if (glimpse == null) {
            silent(camera, response, callback);
          } else {
            double millis = (System.nanoTime() - start) / 1e6;
            camera.keep(glimpse);
            Router.give(once(camera, glimpse, millis), response, callback);
          }
        });
  }

  private static Answer once(Camera camera, Glimpse glimpse, double millis) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("milliseconds", Math.round(10 * millis) / 10.0);
    if (glimpse.jpeg() != null) {
      all.put(
          "picture",
          "/snapshot.jpg?source=%s&frame=%d"
              .formatted(
                  URLEncoder.encode(camera.name(), StandardCharsets.UTF_8),
                  glimpse.observation().sequence()));
    }
    all.put("observation", new RawValue(new String(glimpse.json(), StandardCharsets.UTF_8)));
    return Answer.json(200, all);
  }

  private static void silent(Camera camera, Response response, Callback callback) {
    Router.give(
        Answer.error(503, "'" + camera.name() + "' gives no frames now"), response, callback);
  }
}
