package dev.mien.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mien.rtsp.Caller.Answer;
import dev.mien.rtsp.Caller.Packet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server, spoken to byte by byte. */
@Timeout(120)
final class RtspServerTest {
  static final Map<String, String> LOGIN = Map.of(Login.USER, "door", Login.PASSWORD, "pa:ss@w\"ü");

  static RtspStream open(Map<String, String> environment, RtspLimits limits) throws IOException {
    return new RtspServers(environment, limits).stream("127.0.0.1", 0, "door");
  }

  static int port(RtspStream stream) {
    return URI.create(stream.url()).getPort();
  }

  /** Waits for what another thread does. */
  static void until(BooleanSupplier done) {
    while (!done.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void tellsWhatItIsAndPlaysFromTheNextKeyFrame() throws IOException {
    try (RtspStream stream = open(Map.of(), RtspLimits.USUAL);
        Caller caller = new Caller(port(stream))) {
      stream.publish(Units.key(100), 1000);
      assertThat(caller.ask("OPTIONS", "door").header("public")).contains("DESCRIBE", "TEARDOWN");
      Answer described = caller.ask("DESCRIBE", "door", "Accept: application/sdp");
      assertThat(described.header("content-base")).isEqualTo(caller.url("door/"));
      assertThat(described.body())
          .contains("a=rtpmap:96 H264/90000\r\n", "profile-level-id=4D401F", "a=control:track0")
          .contains(
              "sprop-parameter-sets="
                  + Base64.getEncoder().encodeToString(Units.SPS)
                  + ","
                  + Base64.getEncoder().encodeToString(Units.PPS));
      assertThat(stream.watched()).isFalse();
      String session = caller.play("door");
      assertThat(stream.watched()).isTrue();
      assertThat(stream.keyWanted()).isTrue();
      stream.publish(Units.other(50), 4000);
      stream.publish(Units.key(5000), 7000);
      assertThat(stream.keyWanted()).isFalse();
      stream.publish(Units.other(60), 10_000);

      Packet sets = caller.packet(0);
      assertThat(sets.type()).as("parameter sets together").isEqualTo(24);
      int next = sets.sequence();
      ByteArrayOutputStream nal = new ByteArrayOutputStream();
      for (int part = 0; part < 4; part++) {
        Packet fragment = caller.packet(0);
        assertThat(fragment.sequence()).isEqualTo(++next & 0xFFFF);
        assertThat(fragment.type()).isEqualTo(28);
        assertThat(fragment.bytes[13] & 0xC0).isEqualTo(part == 0 ? 0x80 : part == 3 ? 0x40 : 0);
        assertThat(fragment.marker()).isFalse();
        if (part == 0) {
          nal.write((fragment.bytes[12] & 0xE0) | (fragment.bytes[13] & 31));
        }
        nal.write(fragment.bytes, 14, fragment.bytes.length - 14);
      }
      assertThat(nal.toByteArray()).isEqualTo(Units.slice(0x65, 5000));
      Packet delimiter = caller.packet(0);
      assertThat(delimiter.marker()).isTrue();
      assertThat(delimiter.type()).isEqualTo(9);
      Packet following = caller.packet(0);
      assertThat(following.type()).isEqualTo(1);
      assertThat((following.time() - sets.time()) & 0xFFFFFFFFL).isEqualTo(3000);
      Packet report = caller.packet(1);
      assertThat(report.bytes[1] & 255).as("sender report").isEqualTo(200);

      assertThat(caller.ask("PAUSE", "door", "Session: " + session).status()).isEqualTo(200);
      stream.publish(Units.key(100), 13_000);
      assertThat(caller.ask("GET_PARAMETER", "door", "Session: " + session).status())
          .isEqualTo(200);
      assertThat(caller.ask("PLAY", "door", "Session: " + session).status()).isEqualTo(200);
      stream.publish(Units.key(100), 16_000);
      caller.packet(0); // What was left of the picture before the pause.
      Packet resumed = caller.packet(0);
      assertThat((resumed.time() - sets.time()) & 0xFFFFFFFFL).isEqualTo(9000);
      assertThat(caller.ask("TEARDOWN", "door", "Session: " + session).status()).isEqualTo(200);
      assertThat(stream.watched()).isFalse();
      assertThat(caller.ask("PLAY", "door", "Session: " + session).status()).isEqualTo(454);
      assertThat(stream.stats().sent()).isEqualTo(3);
      assertThat(stream.stats().dropped()).isEqualTo(1);
    }
  }

  @Test
  void sendsOverUdpToThePeerAndHearsItsReports() throws IOException {
    try (RtspStream stream = open(Map.of(), RtspLimits.USUAL);
        Caller caller = new Caller(port(stream));
        DatagramSocket rtp = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        DatagramSocket rtcp = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      Answer setUp =
          caller.ask(
              "SETUP",
              "door/track0",
              "Transport: RTP/AVP;unicast;destination=192.0.2.1;client_port="
                  + rtp.getLocalPort()
                  + "-"
                  + rtcp.getLocalPort());
      String[] parts = setUp.header("transport").split(";", -1);
      int source = (int) Long.parseLong(parts[4].replace("ssrc=", ""), 16);
      String[] ports = parts[3].replace("server_port=", "").split("-", -1);
      assertThat(Integer.parseInt(ports[0]) % 2).isZero();
      caller.ask("PLAY", "door", "Session: " + setUp.session());
      stream.publish(Units.key(100), 1000);
      byte[] buffer = new byte[2000];
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      rtp.receive(packet);
      assertThat(packet.getPort()).isEqualTo(Integer.parseInt(ports[0]));
      assertThat(buffer[0] & 255).isEqualTo(0x80);
      rtcp.receive(packet);
      assertThat(buffer[1] & 255).isEqualTo(200);
      assertThat(packet.getLength() % 4).isZero();

      byte[] report = new byte[32];
      report[0] = (byte) 0x81;
      report[1] = (byte) 201;
      report[3] = 7;
      for (int i = 0; i < 4; i++) {
        report[8 + i] = (byte) (source >> (24 - 8 * i));
      }
      report[15] = 17;
      rtcp.send(
          new DatagramPacket(
              report, report.length, InetAddress.getLoopbackAddress(), Integer.parseInt(ports[1])));
      until(() -> stream.stats().lost() == 17);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DESCRIBE | door | Accept: text/html | 406",
        "DESCRIBE | window | '' | 404",
        "SETUP | window | Transport: RTP/AVP/TCP;unicast | 404",
        "SETUP | door/track0 | '' | 461",
        "SETUP | door/track0 | Transport: RTP/AVP;multicast | 461",
        "SETUP | door/track0 | Transport: RTP/AVP;unicast;client_port=1023-1024 | 461",
        "SETUP | door/track0 | Transport: RTP/AVP;unicast;client_port=70000-70001 | 461",
        "SETUP | door/track0 | Transport: RTP/AVP/TCP;unicast;interleaved=256-257 | 461",
        "SETUP | door/track0 | 'Transport: RTP/AVP;unicast;client_port=5000-5001;mode=\"RECORD\"' |"
            + " 461",
        "SETUP | door/track0 | Session: 1 | 454",
        "SETUP | door/track0 | 'Transport: RAW/RAW, RTP/AVP/TCP;unicast;mode=\"PLAY\"' | 200",
        "PLAY | door | '' | 454",
        "TEARDOWN | door | Session: 0123456789abcdef | 454",
        "GET_PARAMETER | door | Session: 1 | 454",
        "GET_PARAMETER | door | '' | 200",
        "OPTIONS | door | Require: play.scale | 551",
        "ANNOUNCE | door | '' | 405",
        "RECORD | door | '' | 405",
        "TELEPORT | door | '' | 501",
      })
  void refusesInTheWordsOfTheProtocol(String method, String path, String header, int status)
      throws IOException {
    try (RtspStream stream = open(Map.of(), RtspLimits.USUAL);
        Caller caller = new Caller(port(stream))) {
      String[] headers = header.isEmpty() ? new String[0] : new String[] {header};
      assertThat(caller.ask(method, path, headers).status()).isEqualTo(status);
      assertThat(caller.ask("OPTIONS", "door").status()).as("it goes on").isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OPTIONS * RTSP/1.0\\r\\n\\r\\n | 400",
        "OPTIONS * RTSP/1.0\\r\\nCSeq: x\\r\\n\\r\\n | 400",
        "OPTIONS * RTSP/1.0\\r\\nCSeq: 1\\r\\nContent-Length: -1\\r\\n\\r\\n | 400",
        "OPTIONS * RTSP/1.0\\r\\nContent-Length: 1\\r\\ncontent-length: 2\\r\\n\\r\\n | 400",
        "OPTIONS * RTSP/1.0\\r\\nCSeq: 1\\r\\nContent-Length: 5000\\r\\n\\r\\n | 413",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n | 400",
        "nonsense\\r\\n\\r\\n | 400",
      })
  void endsWhatCannotBeUnderstood(String text, int status) throws IOException {
    try (RtspStream stream = open(Map.of(), RtspLimits.USUAL);
        Caller caller = new Caller(port(stream))) {
      assertThat(caller.say(text.replace("\\r\\n", "\r\n")).status()).isEqualTo(status);
      caller.awaitEnd();
    }
  }

  @Test
  void knowsOnlyItsOwnVersionAndReadsNoEndlessRequest() throws IOException {
    try (RtspStream stream = open(Map.of(), RtspLimits.USUAL);
        Caller newer = new Caller(port(stream));
        Caller endless = new Caller(port(stream))) {
      assertThat(newer.say("OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n").status()).isEqualTo(505);
      assertThat(
              newer
                  .say("SET_PARAMETER * RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 4\r\n\r\na: b")
                  .status())
          .isEqualTo(451);
      assertThat(endless.say("OPTIONS * RTSP/1.0\r\nX: " + "y".repeat(9000)).status())
          .isEqualTo(413);
    }
  }

  @Test
  void readsTheLoginWhereNobodyElseDoes(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("login"), "door:a:b\n");
    assertThat(Login.of(Map.of(Login.FILE, file.toString()))).contains(new Login("door", "a:b"));
    assertThat(new Login("door", "secret").toString()).doesNotContain("secret");
    assertThat(Login.of(Map.of())).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Login.of(Map.of(Login.USER, "door")))
        .withMessage("MIEN_RTSP_USER is set, MIEN_RTSP_PASSWORD is not; set both or none");
    Files.writeString(file, "nothing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Login.of(Map.of(Login.FILE, file.toString())))
        .withMessageContaining("expected one line USER:PASSWORD");
  }

  @Test
  void refusesToBeOpenWithoutAPasswordAndWhatIsTaken() throws IOException {
    RtspServers servers = new RtspServers(Map.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> servers.stream("0.0.0.0", 0, "door"))
        .withMessageContaining("a user and a password are needed; set MIEN_RTSP_USER");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> servers.stream("127.0.0.1", taken.getLocalPort(), "door"))
          .withMessageContaining("the port is taken");
    }
    try (RtspStream open = new RtspServers(LOGIN).stream("0.0.0.0", 0, "door")) {
      assertThat(open.url()).startsWith("rtsp://127.0.0.1:");
    }
    int free;
    try (ServerSocket any = new ServerSocket(0)) {
      free = any.getLocalPort();
    }
    RtspServers everywhere = new RtspServers(LOGIN);
    try (RtspStream door = everywhere.stream("0.0.0.0", free, "door");
        RtspStream yard = everywhere.stream("0.0.0.0", free, "yard")) {
      assertThat(port(yard)).isEqualTo(port(door));
    }
  }

  @Test
  void sharesAServerAmongStreams() throws IOException {
    RtspServers servers = new RtspServers(Map.of());
    RtspStream door = servers.stream("127.0.0.1", 0, "door");
    int port = port(door);
    RtspStream yard = servers.stream("127.0.0.1", port, "yard");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> servers.stream("127.0.0.1", port, "yard"))
        .withMessageContaining("two streams are called 'yard'");
    try (Caller one = new Caller(port);
        Caller two = new Caller(port)) {
      one.play("door");
      two.play("yard");
      door.close();
      one.awaitEnd();
      yard.publish(Units.key(10), 1);
      assertThat(two.packet(0).type()).isEqualTo(24);
      yard.close();
      two.awaitEnd();
    }
    try (ServerSocket free = new ServerSocket()) {
      free.setReuseAddress(true);
      free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }
  }

  @Test
  void keepsWithinItsLimits() throws IOException {
    RtspLimits few =
        new RtspLimits(
            2, 3, 2, 9, 8192, 4096, 4096, Duration.ofMinutes(1), Duration.ofMinutes(1), 1 << 20);
    try (RtspStream stream = open(Map.of(), few);
        Caller one = new Caller(port(stream));
        Caller two = new Caller(port(stream))) {
      String tcp = "Transport: RTP/AVP/TCP;unicast";
      assertThat(one.ask("SETUP", "door", tcp).header("transport")).contains("interleaved=0-1");
      assertThat(one.ask("SETUP", "door", tcp).header("transport")).contains("interleaved=2-3");
      assertThat(one.ask("SETUP", "door", tcp).status()).as("of one client").isEqualTo(453);
      assertThat(two.ask("SETUP", "door", tcp).status()).isEqualTo(200);
      assertThat(two.ask("SETUP", "door", tcp).status()).as("in all").isEqualTo(453);
      try (Caller three = new Caller(port(stream))) {
        assertThat(three.answer().status()).isEqualTo(503);
        three.awaitEnd();
      }
    }
  }

  @Test
  void endsWhatGivesNoSignOfLife() throws Exception {
    RtspLimits hasty =
        new RtspLimits(
            9, 9, 9, 9, 8192, 4096, 4096, Duration.ofSeconds(5), Duration.ofSeconds(2), 1 << 20);
    try (RtspStream stream = open(Map.of(), hasty);
        Caller mute = new Caller(port(stream));
        Caller taking = new Caller(port(stream));
        Caller forgotten = new Caller(port(stream))) {
      taking.play("door");
      Answer setUp =
          forgotten.ask("SETUP", "door", "Transport: RTP/AVP;unicast;client_port=5000-5001");
      assertThat(setUp.header("session")).endsWith(";timeout=2");
      long time = 0;
      while (stream.watched()) { // Who only takes pictures says nothing either.
        stream.publish(Units.key(10), time++);
        Thread.sleep(20);
      }
      taking.awaitEnd();
      mute.awaitEnd();
      forgotten.awaitEnd();
    }
  }
}
