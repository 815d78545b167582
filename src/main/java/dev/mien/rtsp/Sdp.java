package dev.mien.rtsp;

import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** What a stream is, for players (RFC 8866; RFC 6184, section 8). */
final class Sdp {
  static final int PAYLOAD_TYPE = 96;

  private Sdp() {}

  /**
   * @param host our address as the client sees it, without brackets
   * @param parameterSets SPS and PPS, or nothing while they are not known
   */
  static String of(String name, String host, long id, List<byte[]> parameterSets) {
    StringBuilder format = new StringBuilder("packetization-mode=1");
    parameterSets.stream()
        .filter(p -> p.length > 3 && (p[0] & 31) == 7)
        .findFirst()
        .ifPresent(
            sps ->
                format
                    .append(";profile-level-id=")
                    .append(HexFormat.of().withUpperCase().formatHex(sps, 1, 4)));
    if (!parameterSets.isEmpty()) {
      format
          .append(";sprop-parameter-sets=")
          .append(
              parameterSets.stream()
                  .map(Base64.getEncoder()::encodeToString)
                  .collect(Collectors.joining(",")));
    }
    String family = host.indexOf(':') < 0 ? "IP4" : "IP6";
    return String.join(
        "\r\n",
        "v=0",
        "o=- " + id + " 1 IN " + family + " " + host,
        "s=" + name,
        "c=IN " + family + (family.equals("IP4") ? " 0.0.0.0" : " ::"),
        "t=0 0",
        "a=tool:mien",
        "a=range:npt=now-",
        "a=control:*",
        "m=video 0 RTP/AVP " + PAYLOAD_TYPE,
        "a=rtpmap:" + PAYLOAD_TYPE + " H264/90000",
        "a=fmtp:" + PAYLOAD_TYPE + " " + format,
        "a=control:" + Uri.TRACK,
        "");
  }
}
