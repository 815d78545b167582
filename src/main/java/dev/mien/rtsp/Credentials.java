package dev.mien.rtsp;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Our user and password for a server elsewhere, and what it wants to see of them: Digest (RFC 7616,
 * MD5 and SHA-256), or Basic (RFC 7617) from a server that knows nothing better.
 */
record Credentials(String user, String password) {
  private static final Pattern PARAMETER =
      Pattern.compile("([a-zA-Z]+)\\s*=\\s*(?:\"([^\"]*)\"|([^\\s,\"]+))");

  /** One way of authentication that a server offers. */
  private record Offer(String scheme, Map<String, String> parameters) {
    static Offer of(String challenge) {
      String[] parts = challenge.strip().split("\\s+", 2);
      Map<String, String> parameters = new TreeMap<>();
      Matcher matcher = PARAMETER.matcher(parts.length < 2 ? "" : parts[1]);
      while (matcher.find()) {
        parameters.put(
            matcher.group(1).toLowerCase(Locale.ROOT),
            matcher.group(2) == null ? matcher.group(3) : matcher.group(2));
      }
      return new Offer(parts[0].toLowerCase(Locale.ROOT), parameters);
    }

    String get(String parameter) {
      return parameters.getOrDefault(parameter, "");
    }

    /** 0 where it is not known. */
    int strength() {
      if (scheme.equals("basic")) {
        return 1;
      }
      String algorithm = get("algorithm").toUpperCase(Locale.ROOT);
      boolean known = scheme.equals("digest") && algorithm.matches("|MD5|SHA-256");
      return !known ? 0 : algorithm.startsWith("SHA") ? 3 : 2;
    }
  }

  /**
   * @param userInfo percent-encoded: {@code USER} or {@code USER:PASSWORD}
   */
  static Credentials of(String userInfo) {
    int colon = userInfo.indexOf(':');
    return colon < 0
        ? new Credentials(decoded(userInfo), "")
        : new Credentials(
            decoded(userInfo.substring(0, colon)), decoded(userInfo.substring(colon + 1)));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text; // A percent sign that stands for itself.
    }
  }

  /**
   * The value of {@code Authorization} for a request; empty where the server offers nothing known.
   *
   * @param challenges the values of {@code WWW-Authenticate}
   */
  Optional<String> authorization(
      List<String> challenges, String method, String uri, SecureRandom random) {
    return challenges.stream()
        .map(Offer::of)
        .filter(o -> o.strength() > 0)
        .max(Comparator.comparingInt(Offer::strength))
        .map(o -> o.scheme().equals("basic") ? basic() : digest(o, method, uri, random));
  }

  private String basic() {
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  /** A nonce is used for one request with one {@code cnonce}, so that its count is always 1. */
  private String digest(Offer offer, String method, String uri, SecureRandom random) {
    String realm = offer.get("realm");
    String nonce = offer.get("nonce");
    String algorithm = offer.get("algorithm");
    String secret = hash(algorithm, user + ":" + realm + ":" + password);
    String asked = hash(algorithm, method + ":" + uri);
    StringBuilder text = new StringBuilder("Digest ");
    text.append("username=\"%s\", realm=\"%s\", nonce=\"%s\"".formatted(user, realm, nonce));
    text.append(", uri=\"%s\"".formatted(uri));
    if (List.of(offer.get("qop").split("\\s*,\\s*", -1)).contains("auth")) {
      String own = HexFormat.of().toHexDigits(random.nextLong());
      String sum = String.join(":", secret, nonce, "00000001", own, "auth", asked);
      text.append(", qop=auth, nc=00000001, cnonce=\"%s\"".formatted(own));
      text.append(", response=\"%s\"".formatted(hash(algorithm, sum)));
    } else {
      String sum = String.join(":", secret, nonce, asked);
      text.append(", response=\"%s\"".formatted(hash(algorithm, sum)));
    }
    if (!algorithm.isEmpty()) {
      text.append(", algorithm=").append(algorithm);
    }
    if (offer.parameters().containsKey("opaque")) {
      text.append(", opaque=\"%s\"".formatted(offer.get("opaque")));
    }
    return text.toString();
  }

  private static String hash(String algorithm, String text) {
    try {
      MessageDigest digest =
          MessageDigest.getInstance(
              algorithm.toUpperCase(Locale.ROOT).startsWith("SHA") ? "SHA-256" : "MD5");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return user + ":***";
  }
}
