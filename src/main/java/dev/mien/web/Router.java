package dev.mien.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    } else {
      Access.Decision decision = isOpen(path) ? Access.Decision.OPEN : door.decide(request);
      if (!decision.isOpen()) {
        refuse(decision, request, response, callback);
        return true;
      }
      try {
        answer(path, request, response, callback);
      } catch (RuntimeException e) {
        log.warn("the page cannot answer: {}", e.getMessage());
        log.debug("stack trace", e);
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
      redirect("/", response, callback);
    } else if (!api.answer(path, request, response, callback)) {
      give(Answer.text(404, "404 there is nothing here; the page is at /"), response, callback);
    }
  }

  /** A page for people, a challenge for programs. */
  private void refuse(
      Access.Decision decision, Request request, Response response, Callback callback) {
    if (Access.cookies(request).findAny().isPresent()) {
      Response.addCookie(response, door.dismiss(request)); // Sent again it would be a guess again.
    }
    if (decision.entry() == Access.Entry.WAIT) {
      delay(decision, request, response, callback);
    } else if (takesPage(request) && !request.getHeaders().contains(HttpHeader.AUTHORIZATION)) {
      give(files.login(401, 0), response, callback);
    } else {
      challenge(Access.isBrowser(request), response, callback);
    }
  }

  private static boolean takesPage(Request request) {
    String accepted = request.getHeaders().get(HttpHeader.ACCEPT);
    return accepted != null && accepted.contains("text/html");
  }

  private void delay(
      Access.Decision decision, Request request, Response response, Callback callback) {
    long seconds = decision.waitSeconds();
    response.getHeaders().put(HttpHeader.RETRY_AFTER, seconds);
    give(
        takesPage(request)
            ? files.login(429, seconds)
            : Answer.error(
                429,
                "too many wrong tokens, so none is looked at now; try again in " + seconds + " s"),
        response,
        callback);
  }

  private static void challenge(boolean browser, Response response, Callback callback) {
    response.getHeaders().add(HttpHeader.WWW_AUTHENTICATE, "Bearer realm=\"Mien\"");
    if (!browser) { // Theirs would ask in a window of its own.
      response.getHeaders().add(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"Mien\"");
    }
    give(Answer.error(401, "the token is needed: Authorization: Bearer TOKEN"), response, callback);
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
    Access.Decision decision = door.decide(request, given == null ? "" : given.strip());
    switch (decision.entry()) {
      case OPEN -> {
        Response.addCookie(response, door.admit(request));
        redirect("/", response, callback);
      }
      case WAIT -> delay(decision, request, response, callback);
      default -> redirect("/login.html?wrong", response, callback);
    }
  }

  private static void redirect(String path, Response response, Callback callback) {
    response.setStatus(303);
    response.getHeaders().put(HttpHeader.LOCATION, path);
    response.write(true, ByteBuffer.allocate(0), callback);
  }

  static void give(Answer answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
  }
}
