package dev.mien.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.FormFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes every request: is it for us, may it come in, who answers. */
final class Router extends Handler.Abstract.NonBlocking {
  private static final Logger log = LoggerFactory.getLogger(Router.class);
  private static final int LOGIN_BYTES = 1024;

  /**
   * A wrong token is answered late, and only so many wait at once: about eight guesses a second.
   */
  private static final long WRONG_MILLIS = 1_000;

  private final Semaphore wrong = new Semaphore(8);
  private final Access door;
  private final Api api;
  private final Map<String, Route> routes = new HashMap<>();
  private final PageFiles files = new PageFiles();

  Router(Access door, Api api, List<Route> routes) {
    this.door = door;
    this.api = api;
    routes.forEach(r -> this.routes.put(r.path(), r));
  }

  /** What every answer says to browsers: nothing from elsewhere, nothing inline, no framing. */
  static void guard(Response response) {
    response
        .getHeaders()
        .put(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                + " connect-src 'self'; form-action 'self'; base-uri 'none';"
                + " frame-ancestors 'none'; require-trusted-types-for 'script'")
        .put("X-Content-Type-Options", "nosniff")
        .put("X-Frame-Options", "DENY")
        .put("Referrer-Policy", "same-origin")
        .put("Cross-Origin-Opener-Policy", "same-origin")
        .put("Cross-Origin-Resource-Policy", "same-origin")
        .put("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        .put(HttpHeader.CACHE_CONTROL, "no-store");
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    guard(response);
    String path = request.getHttpURI().getCanonicalPath();
    String method = request.getMethod();
    if (path == null || !path.startsWith("/")) {
      give(Answer.text(400, "400 expected a path"), response, callback);
    } else if (!door.isForUs(request)) {
      give(
          Answer.text(421, "421 this server has another name; open it by its address"),
          response,
          callback);
    } else if (door.isForeign(request)) {
      give(Answer.text(403, "403 another site asked for this"), response, callback);
    } else if (path.equals("/login") && method.equals("POST")) {
      login(request, response, callback);
    } else if (method.equals("POST") ? !Api.takesPost(path) : !isRead(method)) {
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      give(Answer.text(405, "405 expected GET"), response, callback);
    } else if (!isOpen(path) && !door.knows(request)) {
      refuse(request, response, callback);
    } else {
      try {
        answer(path, request, response, callback);
      } catch (RuntimeException e) {
        log.warn("the page cannot answer: {}", e.getMessage());
        log.debug("the whole story", e);
        give(Answer.error(500, "this cannot be answered now"), response, callback);
      }
    }
    return true;
  }

  private static boolean isRead(String method) {
    return method.equals("GET") || method.equals("HEAD");
  }

  private boolean isOpen(String path) {
    Route route = routes.get(path);
    return PageFiles.isOpen(path) || (route != null && route.open());
  }

  private void answer(String path, Request request, Response response, Callback callback) {
    Route route = routes.get(path);
    Answer file = files.find(path);
    if (route != null) {
      give(route.answer().get(), response, callback);
    } else if (file != null) {
      response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
      give(file, response, callback);
    } else if (path.equals("/logout")) {
      Response.addCookie(response, door.dismiss(request));
      redirect(response, callback);
    } else if (!api.answer(path, request, response, callback)) {
      give(Answer.text(404, "404 there is nothing here; the page is at /"), response, callback);
    }
  }

  /** A page for people, a challenge for programs. */
  private void refuse(Request request, Response response, Callback callback) {
    boolean browser = Access.isBrowser(request);
    String accepted = request.getHeaders().get(HttpHeader.ACCEPT);
    if (Access.tries(request)) {
      late(() -> challenge(browser, response, callback), response, callback);
    } else if (accepted != null && accepted.contains("text/html")) {
      give(new Answer(401, files.login().type(), files.login().body()), response, callback);
    } else {
      challenge(browser, response, callback);
    }
  }

  private static void challenge(boolean browser, Response response, Callback callback) {
    response.getHeaders().add(HttpHeader.WWW_AUTHENTICATE, "Bearer realm=\"Mien\"");
    if (!browser) { // Theirs would ask in a window of its own.
      response.getHeaders().add(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"Mien\"");
    }
    give(Answer.error(401, "the token is needed: Authorization: Bearer TOKEN"), response, callback);
  }

  private void late(Runnable answer, Response response, Callback callback) {
    if (!wrong.tryAcquire()) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
      give(Answer.error(429, "too many wrong tokens; wait a second"), response, callback);
      return;
    }
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(
            () -> {
              wrong.release();
              answer.run();
            },
            CompletableFuture.delayedExecutor(WRONG_MILLIS, TimeUnit.MILLISECONDS, api.executor()));
  }

  private void login(Request request, Response response, Callback callback) {
    FormFields.onFields(
        request,
        StandardCharsets.UTF_8,
        4,
        LOGIN_BYTES,
        Promise.Invocable.from(
            InvocationType.NON_BLOCKING,
            fields -> login(fields, request, response, callback),
            failure -> give(Answer.text(400, "400 expected a form"), response, callback)));
  }

  private void login(Fields fields, Request request, Response response, Callback callback) {
    String given = fields.getValue("token");
    if (given != null && door.accepts(given.strip())) {
      Response.addCookie(response, door.admit(request));
      redirect(response, callback);
    } else {
      late(
          () -> {
            response.setStatus(303);
            response.getHeaders().put(HttpHeader.LOCATION, "/login.html?wrong");
            response.write(true, ByteBuffer.allocate(0), callback);
          },
          response,
          callback);
    }
  }

  private static void redirect(Response response, Callback callback) {
    response.setStatus(303);
    response.getHeaders().put(HttpHeader.LOCATION, "/");
    response.write(true, ByteBuffer.allocate(0), callback);
  }

  static void give(Answer answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
  }
}
