package dev.mien.web;

import dev.mien.access.Guesses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpCookie.SameSite;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in. Everybody who reaches the port is asked for the token, where there is one; and
 * in any case the browser must have been led here by its user and not by another page: the Host
 * header names this machine (else it is DNS rebinding), and Sec-Fetch-Site is not another site
 * (W3C, "Fetch Metadata Request Headers").
 */
final class Access {
  private static final String COOKIE = "mien-";
  private static final int SESSIONS = 256;
  private static final Pattern NUMERIC =
      Pattern.compile("\\[[0-9a-fA-F:.]+]|\\d{1,3}(?:\\.\\d{1,3}){3}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte @Nullable [] token;
  private final Set<String> names;
  private final Guesses guesses = new Guesses("the token of the page");

  /** The newest ones; they end with the server. */
  private final Map<String, Boolean> sessions =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > SESSIONS;
        }
      };

  /**
   * @param host what the user calls this machine
   * @param token null: nobody is asked
   */
  Access(String host, @Nullable String token) {
    this.token = token == null ? null : digest(token);
    String own = ownName();
    names = new HashSet<>(List.of("localhost", host, own, own + ".local"));
  }

  private static String ownName() {
    try {
      return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** 128 random bits, in letters that can be typed. */
  static String secret() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** A numeric address cannot be rebound, so any port and address of ours will do. */
  boolean isForUs(Request request) {
    String host = request.getHeaders().get(HttpHeader.HOST);
    if (host == null) {
      return false;
    }
    String name = host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
    return NUMERIC.matcher(name).matches() || names.contains(name);
  }

  /**
   * Whether another site's page made the browser ask. Following a link to the page is fine.
   * Browsers send Sec-Fetch-Site over TLS and on loopback only; elsewhere Origin has to do.
   */
  boolean isForeign(Request request) {
    String site = request.getHeaders().get("Sec-Fetch-Site");
    if (site == null) {
      String origin = request.getHeaders().get(HttpHeader.ORIGIN);
      String host = request.getHeaders().get(HttpHeader.HOST);
      return origin != null && !origin.replaceFirst("^[a-z]+://", "").equalsIgnoreCase(host);
    }
    if (site.equals("same-origin") || site.equals("none")) {
      return false;
    }
    return !request.getMethod().equals("GET")
        || !"navigate".equals(request.getHeaders().get("Sec-Fetch-Mode"));
  }

  /**
   * Whether a page of ours made a browser ask. It tells by Sec-Fetch-Mode, where it sends that, or
   * by the Referer.
   */
  static boolean isBrowser(Request request) {
    String referer = request.getHeaders().get(HttpHeader.REFERER);
    String host = request.getHeaders().get(HttpHeader.HOST);
    return request.getHeaders().contains("Sec-Fetch-Mode")
        || (referer != null
            && host != null
            && referer.replaceFirst("^[a-z]+://", "").startsWith(host + "/"));
  }

  /** How a request stands to the token. */
  enum Entry {
    OPEN,
    ASKED,
    WRONG,
    WAIT
  }

  /**
   * Whether a request may come in.
   *
   * @param waitSeconds before which no token of this address is looked at; 0: at once
   */
  record Decision(Entry entry, long waitSeconds) {
    static final Decision OPEN = new Decision(Entry.OPEN, 0);
    private static final Decision ASKED = new Decision(Entry.ASKED, 0);

    private static Decision of(Guesses.Verdict verdict) {
      return verdict.right()
          ? OPEN
          : new Decision(verdict.looked() ? Entry.WRONG : Entry.WAIT, verdict.waitSeconds());
    }

    boolean isOpen() {
      return entry == Entry.OPEN;
    }
  }

  /**
   * By the cookie of a session or else by the token. Who is logged in stays so while others guess;
   * a cookie that names no session is a wrong guess like any other.
   */
  Decision decide(Request request) {
    if (token == null || hasSession(request)) {
      return Decision.OPEN;
    }
    String given = credentials(request);
    if (given != null) {
      return decide(request, given);
    }
    return cookies(request).findAny().isEmpty() ? Decision.ASKED : judge(request, () -> false);
  }

  /** Whether this is the token, unless the address has to wait first. */
  Decision decide(Request request, String given) {
    return judge(request, () -> token != null && MessageDigest.isEqual(token, digest(given)));
  }

  private Decision judge(Request request, BooleanSupplier right) {
    return Decision.of(guesses.judge(address(request), right));
  }

  /** The connection's own: X-Forwarded-For and the like are whatever one writes. */
  static InetAddress address(Request request) {
    return request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress at
        ? at.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  private boolean hasSession(Request request) {
    return cookies(request).anyMatch(c -> isSession(c.getValue()));
  }

  /** Ours, if the browser sent any. */
  static Stream<HttpCookie> cookies(Request request) {
    return Request.getCookies(request).stream().filter(c -> c.getName().equals(name(request)));
  }

  /** The token of Bearer, or the password of Basic (RFC 6750, RFC 7617). */
  private static @Nullable String credentials(Request request) {
    String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    String[] parts = header == null ? new String[0] : header.strip().split(" +", 2);
    if (parts.length != 2) {
      return null;
    }
    if (parts[0].equalsIgnoreCase("Bearer")) {
      return parts[1];
    }
    if (parts[0].equalsIgnoreCase("Basic")) {
      try {
        String pair = new String(Base64.getDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        return pair.substring(pair.indexOf(':') + 1);
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
    return null;
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private synchronized boolean isSession(String id) {
    return sessions.get(id) != null;
  }

  /** The cookie of a browser that gave the token. */
  synchronized HttpCookie admit(Request request) {
    String id = secret();
    sessions.put(id, true);
    return cookie(request, id).build();
  }

  /** Makes the browser forget the cookie. */
  synchronized HttpCookie dismiss(Request request) {
    cookies(request).forEach(c -> sessions.remove(c.getValue()));
    return cookie(request, "").maxAge(0).build();
  }

  /** By the port that the browser knows, for cookies are shared by all ports of a host. */
  private static String name(Request request) {
    return COOKIE + Request.getServerPort(request);
  }

  private static HttpCookie.Builder cookie(Request request, String value) {
    return HttpCookie.build(name(request), value)
        .httpOnly(true)
        .sameSite(SameSite.STRICT)
        .path("/");
  }
}
