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
import org.jspecify.annotations.Nullable;

/**
 * Digest authentication of one connection (RFC 2617, section 3, without {@code qop}: that and MD5
 * are what RTSP clients know). The password itself never travels; Basic, which would send it, is
 * not offered and not accepted.
 */
final class Digest {
  private static final String REALM = "mien";
  private static final Pattern PARAMETER =
      Pattern.compile("([a-zA-Z]+)\\s*=\\s*(?:\"([^\"]*)\"|([^\\s,\"]+))");

  private final Login login;
  private final String nonce;

  Digest(Login login, SecureRandom random) {
    this.login = login;
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    nonce = HexFormat.of().formatHex(bytes);
  }

  /** For {@code WWW-Authenticate}. */
  String challenge() {
    return "Digest realm=\"" + REALM + "\", nonce=\"" + nonce + "\", algorithm=MD5";
  }

  /**
   * Whether a request comes from somebody who knows the password.
   *
   * @param authorization the request's header, if it has one
   * @param path the stream that the request is about
   */
  boolean accepts(@Nullable String authorization, String method, String path) {
    if (authorization == null || !authorization.regionMatches(true, 0, "Digest ", 0, 7)) {
      return false;
    }
    Map<String, String> given = new TreeMap<>();
    Matcher matcher = PARAMETER.matcher(authorization.substring(7));
    while (matcher.find()) {
      given.put(
          matcher.group(1).toLowerCase(Locale.ROOT),
          matcher.group(2) == null ? matcher.group(3) : matcher.group(2));
    }
    String uri = given.getOrDefault("uri", "");
    // Clients sign the stream's address for its track, and the other way round.
    if (!login.user().equals(given.get("username"))
        || !REALM.equals(given.get("realm"))
        || !nonce.equals(given.get("nonce"))
        || !Uri.stream(uri).equals(path)) {
      return false;
    }
    String secret = md5(login.user() + ":" + REALM + ":" + login.password());
    String expected = md5(secret + ":" + nonce + ":" + md5(method + ":" + uri));
    String response = given.getOrDefault("response", "").toLowerCase(Locale.ROOT);
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.US_ASCII), response.getBytes(StandardCharsets.UTF_8));
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
