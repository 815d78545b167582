package dev.mien.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What many connections, and busy ones, leave to others. */
@Timeout(120)
final class RtspCrowdTest {
  private static RtspLimits limits(int connections, int sessions, int share) {
    return new RtspLimits(
        connections,
        sessions,
        4,
        share,
        8192,
        4096,
        4096,
        Duration.ofMinutes(1),
        Duration.ofMinutes(1),
        1 << 20);
  }

  private static Caller from(String host, RtspStream stream) throws IOException {
    return new Caller(InetAddress.getByName(host), RtspServerTest.port(stream));
  }

  private static void close(List<Caller> callers) throws IOException {
    for (Caller caller : callers) {
      caller.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 8, 8", "127.0.0.2, 8, 8", "127.0.0.1, 8, 4"})
  void connectionsThatOnlyGreetKeepNobodyOut(String host, int connections, int share)
      throws IOException {
    List<Caller> greeting = new ArrayList<>();
    try (RtspStream stream = RtspServerTest.open(Map.of(), limits(connections, 8, share));
        Caller first = from("127.0.0.1", stream)) {
      first.play("door");
      for (int i = 0; i < 40; i++) {
        Caller caller = from(host, stream);
        greeting.add(caller);
        assertThat(caller.ask("OPTIONS", "door").status()).isEqualTo(200);
      }
      try (Caller second = from("127.0.0.1", stream)) {
        second.play("door");
        stream.publish(Units.key(100), 1000);
        assertThat(second.packet(0).type()).isEqualTo(24);
        assertThat(first.packet(0).type()).isEqualTo(24);
      }
    } finally {
      close(greeting);
    }
  }

  @Test
  void oneAddressHasItsShareOfTheSessions() throws IOException {
    List<Caller> players = new ArrayList<>();
    try (RtspStream stream = RtspServerTest.open(Map.of(), limits(8, 8, 3));
        Caller other = from("127.0.0.2", stream)) {
      for (int i = 0; i < 3; i++) {
        Caller player = from("127.0.0.1", stream);
        players.add(player);
        player.play("door");
      }
      try (Caller fourth = from("127.0.0.1", stream)) {
        assertThat(fourth.answer().status()).isEqualTo(503);
      }
      String tcp = "Transport: RTP/AVP/TCP;unicast";
      assertThat(players.get(0).ask("SETUP", "door", tcp).status()).isEqualTo(453);
      assertThat(other.ask("SETUP", "door", tcp).status()).isEqualTo(200);
    } finally {
      close(players);
    }
  }

  @Test
  void whoAsksWithoutEndIsReadAtItsPace() throws Exception {
    try (RtspStream stream = RtspServerTest.open(Map.of(), RtspLimits.USUAL);
        Caller flooder = from("127.0.0.1", stream);
        Caller player = from("127.0.0.1", stream)) {
      long start = System.nanoTime();
      byte[] request = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      Thread flood =
          new Thread(
              () -> {
                try {
                  while (true) {
                    flooder.send(request);
                  }
                } catch (IOException e) {
                  // Closed.
                }
              });
      flood.start();
      player.play("door");
      int answered = 0;
      for (int i = 0; i < 50; i++) {
        stream.publish(Units.key(1000), i);
        for (boolean whole = false; !whole; ) {
          whole = player.packet(0).marker();
        }
      }
      while (answered < 1000) {
        assertThat(flooder.answer().status()).isEqualTo(200);
        answered++;
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      assertThat((double) answered * request.length).isLessThan((seconds + 5) * 4096);
      flooder.socket.close();
      flood.join();
    }
  }
}
