package dev.mien.source;

import dev.mien.source.SourceException.Reason;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the URL of a stream says, beyond what FFmpeg reads in it. */
final class NetworkAddress {
  /** As FFmpeg has it, what stands left of the last @ before the path is no part of the host. */
  private static final Pattern HOST = Pattern.compile("://(?:[^/?#]*@)?(\\[[^\\]]*\\]|[^:/?#]*)");

  private static final Pattern UDP = Pattern.compile("[?&]udp(?:$|&)");

  private NetworkAddress() {}

  static String host(String url) {
    Matcher host = HOST.matcher(url);
    return host.find() && !host.group(1).isEmpty() ? host.group(1) : "network";
  }

  /**
   * What FFmpeg is asked for. Over UDP packets get lost, and cameras behind routers are not
   * reached, so that TCP comes first; a camera that refuses it is asked for UDP. A URL that ends in
   * {@code ?udp} asks for nothing else.
   */
  static Map<String, String> options(String url) {
    if (!url.startsWith("rtsp")) {
      return Map.of();
    }
    return UDP.matcher(url).find()
        ? Map.of("rtsp_transport", "udp")
        : Map.of("rtsp_flags", "prefer_tcp");
  }

  /** FFmpeg would not tell a name that is unknown from any other trouble. */
  static void lookUp(String url, String shown) throws SourceException {
    String host = host(url);
    if (url.startsWith("http") && System.getenv("http_proxy") != null) {
      return; // The proxy's to look up.
    }
    try {
      InetAddress unused = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new SourceException(
          Reason.UNREACHABLE, "%s: there is no host named %s".formatted(shown, host));
    }
  }
}
