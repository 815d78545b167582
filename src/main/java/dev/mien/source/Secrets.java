package dev.mien.source;

import java.util.regex.Pattern;

/** Keeps user names and passwords of addresses out of everything that people and logs see. */
final class Secrets {
  private static final Pattern USER_INFO = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*://)[^/\\s]*@");
  private static final Pattern QUERY =
      Pattern.compile(
          "([?&][^=&\\s]*(?:user|usr|pass|pwd|token|key|secret|auth)[^=&\\s]*=)[^&\\s]*",
          Pattern.CASE_INSENSITIVE);

  private Secrets() {}

  static String mask(String text) {
    return QUERY.matcher(USER_INFO.matcher(text).replaceAll("$1***@")).replaceAll("$1***");
  }
}
