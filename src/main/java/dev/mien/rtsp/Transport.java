package dev.mien.rtsp;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a client wants its packets: the header {@code Transport} (RFC 2326, section 12.39). */
sealed interface Transport {
  /** Inside the RTSP connection, on two of its channels. */
  record Tcp(int rtp, int rtcp) implements Transport {}

  /** To two ports of the client's own address. */
  record Udp(int rtp, int rtcp) implements Transport {}

  /** Below it are the services of the client's machine, which nobody may be sent pictures to. */
  int LOWEST_PORT = 1024;

  Pattern PAIR = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

  /**
   * The first of the wishes that can be met.
   *
   * @param freeChannel the lower of the two that a TCP client gets if it names none
   */
  static Optional<Transport> parse(String header, int freeChannel) {
    for (String wish : header.split(",", -1)) {
      Optional<Transport> transport = one(wish.strip(), freeChannel);
      if (transport.isPresent()) {
        return transport;
      }
    }
    return Optional.empty();
  }

  private static Optional<Transport> one(String wish, int freeChannel) {
    String[] parts = wish.split(";", -1);
    String kind = parts[0].strip().toUpperCase(Locale.ROOT);
    boolean tcp = kind.equals("RTP/AVP/TCP");
    if (!tcp && !kind.equals("RTP/AVP") && !kind.equals("RTP/AVP/UDP")) {
      return Optional.empty();
    }
    String ports = "";
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i].strip();
      int equals = part.indexOf('=');
      String key = (equals < 0 ? part : part.substring(0, equals)).strip();
      String value = equals < 0 ? "" : part.substring(equals + 1).replace("\"", "").strip();
      switch (key.toLowerCase(Locale.ROOT)) {
        case "multicast" -> {
          return Optional.empty();
        }
        case "mode" -> {
          if (!value.equalsIgnoreCase("play")) {
            return Optional.empty();
          }
        }
        case "interleaved" -> ports = tcp ? value : ports;
        case "client_port" -> ports = tcp ? ports : value;
        default -> {} // Where else to send to is not for the client to say.
      }
    }
    if (tcp && ports.isEmpty()) {
      return Optional.of(new Tcp(freeChannel, freeChannel + 1));
    }
    Matcher pair = PAIR.matcher(ports);
    if (!pair.matches()) {
      return Optional.empty();
    }
    int rtp = Integer.parseInt(pair.group(1));
    int rtcp = pair.group(2) == null ? rtp + 1 : Integer.parseInt(pair.group(2));
    if (tcp) {
      return rtp < 256 && rtcp < 256 && rtp != rtcp
          ? Optional.of(new Tcp(rtp, rtcp))
          : Optional.empty();
    }
    return rtp >= LOWEST_PORT && rtcp >= LOWEST_PORT && rtp < 65536 && rtcp < 65536 && rtp != rtcp
        ? Optional.of(new Udp(rtp, rtcp))
        : Optional.empty();
  }
}
