package dev.mien.config;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fetches passwords from where they may be: the environment, a file, a credential of systemd. */
final class SecretReferences {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)\\}");
  private static final Pattern USER_INFO = Pattern.compile("(?i)^[a-z]+://[^/]*:[^/]*@.*");
  private static final Pattern QUERY =
      Pattern.compile("(?i).*[?&][^=&]*(?:pass|pwd|token|key|secret|auth)[^=&]*=[^&].*");

  /** Says where a secret belongs, and not what it is. */
  static final String ELSEWHERE =
      "a password does not belong into this file; write ${NAME} for the environment's, file:PATH"
          + " for a file's, or credential:NAME for one of systemd's LoadCredential=";

  private final Map<String, String> environment;

  SecretReferences(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /**
   * The value of {@code password:}.
   *
   * @throws IllegalArgumentException in one line that does not hold the secret
   */
  String password(String reference) {
    Matcher variable = VARIABLE.matcher(reference);
    if (variable.matches()) {
      return variable(variable.group(1));
    }
    if (reference.startsWith("file:")) {
      return content(reference.substring("file:".length()));
    }
    if (reference.startsWith("credential:")) {
      String name = reference.substring("credential:".length());
      String folder = environment.get("CREDENTIALS_DIRECTORY");
      if (folder == null) {
        throw new IllegalArgumentException(
            reference
                + ": CREDENTIALS_DIRECTORY is not set, which systemd does for LoadCredential=");
      }
      return content(Path.of(folder, name).toString());
    }
    throw new IllegalArgumentException(ELSEWHERE);
  }

  private String variable(String name) {
    String value = environment.get(name);
    if (value == null) {
      throw new IllegalArgumentException("${" + name + "}: the environment has no such variable");
    }
    return value;
  }

  private static String content(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(
          "the password's file '" + file + "' cannot be read; it is missing or forbidden");
    }
  }

  /**
   * The address with what the environment holds, and with user and password where they are given.
   *
   * @throws IllegalArgumentException if a password is written in it
   */
  String address(String text, String user, String password) {
    String masked = VARIABLE.matcher(text).replaceAll("");
    if (USER_INFO.matcher(masked.replace(":@", "@")).matches() || QUERY.matcher(masked).matches()) {
      throw new IllegalArgumentException(ELSEWHERE);
    }
    String full =
        VARIABLE
            .matcher(text)
            .replaceAll(found -> Matcher.quoteReplacement(variable(found.group(1))));
    if (user.isEmpty() && password.isEmpty()) {
      return full;
    }
    int slashes = full.indexOf("://");
    if (slashes < 0) {
      throw new IllegalArgumentException("user and password are for addresses like rtsp://HOST/");
    }
    int host = slashes + "://".length();
    return full.substring(0, host)
        + encoded(user)
        + ":"
        + encoded(password)
        + "@"
        + full.substring(host);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
