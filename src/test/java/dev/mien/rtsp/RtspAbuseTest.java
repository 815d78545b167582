package dev.mien.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What strangers and slow clients may do to the server. */
@Timeout(240)
final class RtspAbuseTest {
  private static final int REQUESTS = 10_000;
  private static final int CLIENTS = 150;

  /** One request, whole or cut, with bytes changed, doubled or made up. */
  private static byte[] mutated(Random random) {
    String[] methods = {"OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "RECORD", "X"};
    String[] headers = {
      "Transport: RTP/AVP/TCP;unicast;interleaved=0-1",
      "Transport: RTP/AVP;unicast;client_port=5000-5001",
      "Session: 0123456789abcdef",
      "Content-Length: 7",
      "Authorization: Digest username=\"a\", realm=\"mien\", nonce=\"b\"",
      "Require: x",
      "Range: npt=0-"
    };
    StringBuilder text = new StringBuilder(methods[random.nextInt(methods.length)]);
    text.append(" rtsp://127.0.0.1/door/track0 RTSP/1.0\r\nCSeq: ").append(random.nextInt(99));
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append("\r\n").append(headers[random.nextInt(headers.length)]);
    }
    byte[] bytes = text.append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    if (random.nextInt(5) == 0) {
      random.nextBytes(bytes);
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    if (random.nextInt(10) == 0) {
      bytes[0] = '$';
    }
    return random.nextInt(4) == 0
        ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length))
        : bytes;
  }

  @Test
  void staysUpAndFlatUnderRandomRequests() throws IOException {
    ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    RtspLimits roomy =
        new RtspLimits(
            1000,
            64,
            4,
            1000,
            8192,
            4096,
            1 << 20,
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            1 << 20);
    try (RtspStream stream = RtspServerTest.open(Map.of(), roomy)) {
      Random random = new Random(4);
      int port = RtspServerTest.port(stream);
      long used = 0;
      for (int sent = 0; sent < REQUESTS; ) {
        try (Caller caller = new Caller(port)) {
          for (int i = random.nextInt(40); i >= 0; i--, sent++) {
            caller.send(mutated(random));
          }
          stream.publish(Units.key(2000), sent);
        } catch (IOException e) {
          sent++; // The server has hung up, as it should.
        }
        if (sent < REQUESTS / 4) {
          used = Math.max(used, PlatformDependent.usedDirectMemory());
        }
      }
      try (Caller caller = new Caller(port)) {
        assertThat(caller.ask("OPTIONS", "door").status()).isEqualTo(200);
      }
      assertThat(PlatformDependent.usedDirectMemory()).isLessThan(used + (16L << 20));
      RtspServerTest.until(() -> !stream.watched());
    } finally {
      ResourceLeakDetector.setLevel(before);
    }
  }

  private static long descriptors() throws IOException {
    long count = 0;
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path unused : open) {
        count++;
      }
    }
    return count;
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("mien-rtsp"))
        .count();
  }

  @Test
  void keepsNothingOfWhoHasLeft() throws IOException {
    RtspServers servers = new RtspServers(Map.of());
    servers.stream("127.0.0.1", 0, "door").close(); // Loads what stays.
    long open = descriptors();
    try (RtspStream stream = servers.stream("127.0.0.1", 0, "door")) {
      int port = RtspServerTest.port(stream);
      for (int i = 0; i < CLIENTS; i++) {
        try (Caller caller = new Caller(port)) {
          if (i % 3 > 0) {
            caller.play("door");
            stream.publish(Units.key(3000), i);
          }
          if (i % 3 > 1) {
            caller.packet(0);
          }
        }
      }
      RtspServerTest.until(() -> !stream.watched());
      assertThat(threads()).isEqualTo(1);
    }
    RtspServerTest.until(() -> threads() == 0);
    // A few belong to others in this virtual machine; a leak would be one for each client.
    assertThat(descriptors()).isLessThan(open + CLIENTS / 10);
  }

  @Test
  void dropsTheFramesOfASlowClientOnly() throws IOException {
    try (RtspStream stream = RtspServerTest.open(Map.of(), RtspLimits.USUAL);
        Caller slow = new Caller(RtspServerTest.port(stream));
        Caller quick = new Caller(RtspServerTest.port(stream))) {
      slow.play("door");
      quick.play("door");
      long time = 0;
      int number = -1;
      while (stream.stats().dropped() < 3) {
        boolean key = time % 10 == 0;
        stream.publish(key ? Units.key(60_000) : Units.other(60_000), time++);
        for (boolean whole = false; !whole; ) {
          Caller.Packet packet = quick.packet(0);
          if (number >= 0) {
            assertThat(packet.sequence()).as("nothing is lost").isEqualTo((number + 1) & 0xFFFF);
          }
          number = packet.sequence();
          whole = packet.marker();
        }
      }
      assertThat(PlatformDependent.usedDirectMemory()).isLessThan(64L << 20);
      // Who reads again is not kept waiting for the key frame that is due.
      long last = -1;
      while (!stream.keyWanted()) {
        last = slow.packet(0).time();
      }
      assertThat(last).isNotNegative();
      stream.publish(Units.key(1000), time);
      Caller.Packet next = slow.packet(0);
      while (next.type() != 24 || stream.stats().dropped() < 3) {
        next = slow.packet(0);
      }
      assertThat(next.type()).isEqualTo(24);
    }
  }
}
