package dev.mien.source;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The one host and port that was named. A stream may name others, in playlists and redirects; they
 * are asked only where the user wants that, for what is asked there is chosen by the stream.
 */
final class Neighbourhood {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private final String host;
  private final int port;

  /**
   * @param url the address that was named
   */
  Neighbourhood(String url) {
    URI named = parse(url);
    host = host(named);
    port = port(named);
  }

  /** Whether an address is of the same host and port; TLS on the usual ports is the same. */
  boolean has(String url) {
    String bare = url.startsWith("crypto+") ? url.substring("crypto+".length()) : url;
    if (bare.startsWith("data:")) {
      return true;
    }
    URI other = parse(bare);
    int door = port(other);
    return door > 0
        && host(other).equals(host)
        && (door == port || (port == HTTP && door == HTTPS));
  }

  private static URI parse(String url) {
    int slashes = url.indexOf("://");
    String rest = slashes < 0 ? "" : url.substring(slashes + 3).split("[/?#]", 2)[0];
    try {
      // Of the path nothing is needed, and cameras write what no URI allows.
      return slashes < 0
          ? new URI("none", "", null)
          : new URI(
              url.substring(0, slashes).toLowerCase(Locale.ROOT)
                  + "://"
                  + rest.substring(rest.lastIndexOf('@') + 1));
    } catch (URISyntaxException e) {
      return URI.create("none:none");
    }
  }

  private static String host(URI uri) {
    return uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
  }

  /** 0 for what is no network. */
  private static int port(URI uri) {
    if (uri.getHost() == null) {
      return 0;
    }
    if (uri.getPort() > 0) {
      return uri.getPort();
    }
    return switch (String.valueOf(uri.getScheme())) {
      case "http" -> HTTP;
      case "https" -> HTTPS;
      case "rtsp" -> 554;
      case "rtsps" -> 322;
      default -> 0;
    };
  }
}
