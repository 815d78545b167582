package dev.mien.rtsp;

import java.time.Duration;

/**
 * What strangers may cost the server.
 *
 * @param connections at once
 * @param sessions at once, over all connections
 * @param sessionsEach of one connection
 * @param share how many of {@code connections} and of {@code sessions} one address may have
 * @param head bytes of a request without its body
 * @param body bytes of it
 * @param pace bytes a second that are read of one connection
 * @param greeting until a new connection's first request
 * @param silence after which a session whose client shows no sign of life ends (RFC 2326, 12.37);
 *     the client is told, in whole seconds
 * @param backlog bytes that wait for a slow client before its frames are dropped
 */
record RtspLimits(
    int connections,
    int sessions,
    int sessionsEach,
    int share,
    int head,
    int body,
    int pace,
    Duration greeting,
    Duration silence,
    int backlog) {
  static final RtspLimits USUAL =
      new RtspLimits(
          128,
          128,
          4,
          64,
          8192,
          4096,
          4096,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          1 << 20);
}
