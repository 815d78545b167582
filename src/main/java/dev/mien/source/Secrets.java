package dev.mien.source;

import java.util.regex.Pattern;

/** Keeps user names and passwords of addresses out of everything that people and logs see. */
final class Secrets {
  private static final Pattern USER_INFO = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*://)[^/\\s]*@");

  /** Cameras have many names for a password, so that of a query only names and channels stay. */
  private static final Pattern QUERY =
      Pattern.compile("([?&][^=&?\\s]*=)(?!\\d{1,2}(?:[&#\\s'\"]|$))[^&#\\s'\"]*");

  /** Some take them in the path: {@code /user=admin_password=secret_channel=1}. */
  private static final Pattern PATH =
      Pattern.compile(
          "((?:user|usr|pass|pas|pwd|token|key|secret|auth)\\w*=)[^&\\s/'\"]*",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern HEADER =
      Pattern.compile("(authorization|cookie)(\\s*:)[^\\r\\n]*", Pattern.CASE_INSENSITIVE);

  private Secrets() {}

  /** The text with *** for each. */
  static String mask(String text) {
    String masked = USER_INFO.matcher(text).replaceAll("$1***@");
    masked = QUERY.matcher(masked).replaceAll("$1***");
    masked = PATH.matcher(masked).replaceAll("$1***");
    return HEADER.matcher(masked).replaceAll("$1$2 ***");
  }
}
