package dev.mien.rtsp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request's address says: {@code rtsp://host:8554/NAME/track0}. */
final class Uri {
  /** The only track of every stream. */
  static final String TRACK = "track0";

  private static final Pattern FORM =
      Pattern.compile("(?i)(?:rtspu?://[^/?#]*)?/*([^?#]*?)(?:[?#].*)?");

  private Uri() {}

  /** The stream's name, without track and slashes; empty if it names none. */
  static String stream(String uri) {
    Matcher matcher = FORM.matcher(uri);
    if (!matcher.matches()) {
      return "";
    }
    String path = matcher.group(1).replaceAll("/+$", "");
    return path.endsWith("/" + TRACK)
        ? path.substring(0, path.length() - TRACK.length() - 1)
        : path;
  }
}
