package dev.mien.rtsp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Digest authentication of one connection (RFC 2617, section 3, with MD5, which is what RTSP
 * clients know). A nonce is good on its own connection only, and until a wrong answer was given
 * with it. From a client that counts its requests ({@code qop=auth}), each number is taken once;
 * those of old do not know that. The password itself never travels; Basic, which would send it, is
 * not offered and not accepted.
 */
final class Digest {
  private static final String REALM = "mien";
  private static final String SCHEME = "Digest ";
  private static final Pattern PARAMETER =
      Pattern.compile("([a-zA-Z]+)\\s*=\\s*(?:\"([^\"]*)\"|([^\\s,\"]+))");

  private final Login login;
  private final SecureRandom random;
  private String nonce = "";
  private long count;

  Digest(Login login, SecureRandom random) {
    this.login = login;
    this.random = random;
    renew();
  }

  /** From now on another nonce is expected. */
  void renew() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    nonce = HexFormat.of().formatHex(bytes);
    count = 0;
  }

  /**
   * For {@code WWW-Authenticate}.
   *
   * @param stale whether nothing was wrong but the nonce
   */
  String challenge(boolean stale) {
    return "Digest realm=\"%s\", nonce=\"%s\", %salgorithm=MD5, qop=\"auth\""
        .formatted(REALM, nonce, stale ? "stale=TRUE, " : "");
  }

  /** Whether a header is for another nonce, or for a request that was counted before. */
  boolean isStale(String authorization) {
    Map<String, String> given = parameters(authorization);
    String theirs = given.get("nonce");
    return theirs != null && (!theirs.equals(nonce) || number(given) <= count);
  }

  /** 0 where a client does not count, as long as it has not begun to. */
  private long number(Map<String, String> given) {
    String number = given.getOrDefault("nc", "");
    if (!given.containsKey("qop")) {
      return count == 0 ? 1 : 0;
    }
    return number.matches("[0-9a-fA-F]{8}") ? Long.parseLong(number, 16) : 0;
  }

  private static Map<String, String> parameters(String authorization) {
    Map<String, String> given = new TreeMap<>();
    if (authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      Matcher matcher = PARAMETER.matcher(authorization.substring(SCHEME.length()));
      while (matcher.find()) {
        given.put(
            matcher.group(1).toLowerCase(Locale.ROOT),
            matcher.group(2) == null ? matcher.group(3) : matcher.group(2));
      }
    }
    return given;
  }

  /**
   * Whether a request comes from somebody who knows the password.
   *
   * @param authorization the request's header; not {@linkplain #isStale stale}
   * @param path the stream that the request is about
   */
  boolean accepts(String authorization, String method, String path) {
    Map<String, String> given = parameters(authorization);
    String uri = given.getOrDefault("uri", "");
    // Clients sign the stream's address for its track, and the other way round.
    if (!login.user().equals(given.get("username"))
        || !REALM.equals(given.get("realm"))
        || !nonce.equals(given.get("nonce"))
        || !Uri.stream(uri).equals(path)) {
      return false;
    }
    String secret = md5(login.user() + ":" + REALM + ":" + login.password());
    boolean counted = given.containsKey("qop");
    String counting =
        counted ? given.get("nc") + ":" + given.get("cnonce") + ":" + given.get("qop") + ":" : "";
    String expected = md5(secret + ":" + nonce + ":" + counting + md5(method + ":" + uri));
    String response = given.getOrDefault("response", "").toLowerCase(Locale.ROOT);
    boolean right =
        MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.US_ASCII),
            response.getBytes(StandardCharsets.UTF_8));
    if (right && counted) {
      count = number(given);
    }
    return right;
  }

  private static String md5(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
