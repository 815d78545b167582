package dev.mien.source;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A camera that speaks RTSP and sends H.264 as RFC 6184 has it, over TCP or UDP, with the faults
 * that a test wants.
 */
public final class RtspCamera implements AutoCloseable {
  static final long STEP_NANOS = 40_000_000L;

  /** Of the RTP clock, from one picture to the next. */
  static final long STEP_TICKS = 3600;

  private static final int PAYLOAD = 1400;

  /** What a camera does wrong; all are numbered by the picture, from 0. */
  public static final class Script {
    private IntToLongFunction ticks = i -> 90_000 + i * STEP_TICKS;
    private List<byte[]> other = List.of();
    private int changeAt = Integer.MAX_VALUE;
    private int stallAt = Integer.MAX_VALUE;
    private int cutAt = Integer.MAX_VALUE;
    private double loss;
    private double corrupt;

    /** The RTP times, of which 32 bits are sent. */
    Script ticks(IntToLongFunction of) {
      ticks = of;
      return this;
    }

    Script changeAt(int picture, List<byte[]> to) {
      changeAt = picture;
      other = to;
      return this;
    }

    /** Says nothing more, and keeps the connection. */
    Script stallAt(int picture) {
      stallAt = picture;
      return this;
    }

    /** Hangs up in the middle of this picture. */
    public Script cutAt(int picture) {
      cutAt = picture;
      return this;
    }

    /** This share of the packets is not sent. */
    Script loss(double share) {
      loss = share;
      return this;
    }

    /** This share of the packets has wrong bits. */
    public Script corrupt(double share) {
      corrupt = share;
      return this;
    }
  }

  private interface Way {
    void send(byte[] packet, int length) throws IOException;
  }

  private final Served served;
  private final List<byte[]> film;
  private final Script script;

  private RtspCamera(int port, List<byte[]> film, Script script) throws IOException {
    this.film = film;
    this.script = script;
    served = Served.on(port, (client, number) -> talk(client));
  }

  /**
   * Starts one.
   *
   * @param port 0: any that is free
   * @param film access units, sent again and again
   */
  public static RtspCamera start(int port, List<byte[]> film, Script script) throws IOException {
    return new RtspCamera(port, film, script);
  }

  public int port() {
    return served.port();
  }

  public int connections() {
    return served.connections();
  }

  public String url() {
    return served.url("rtsp");
  }

  private void talk(Socket client) throws Exception {
    client.setTcpNoDelay(true);
    int[] udp = new int[1];
    while (true) {
      String asked = Served.request(client);
      if (asked.isEmpty()) {
        return;
      }
      String method = asked.substring(0, asked.indexOf(' '));
      Matcher sequence = Pattern.compile("(?i)cseq: *(\\d+)").matcher(asked);
      String head =
          "RTSP/1.0 200 OK\r\nCSeq: %s\r\nSession: 7\r\n"
              .formatted(sequence.find() ? sequence.group(1) : "0");
      switch (method) {
        case "OPTIONS" -> say(client, head + "Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n");
        case "DESCRIBE" -> {
          String sdp =
              String.join(
                  "\r\n",
                  "v=0",
                  "o=- 1 1 IN IP4 127.0.0.1",
                  "s=cam",
                  "c=IN IP4 0.0.0.0",
                  "t=0 0",
                  "m=video 0 RTP/AVP 96",
                  "a=rtpmap:96 H264/90000",
                  "a=fmtp:96 packetization-mode=1",
                  "a=control:1",
                  "");
          say(
              client,
              "%sContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(head, sdp.length(), sdp));
        }
        case "SETUP" -> {
          Matcher port = Pattern.compile("client_port=(\\d+)").matcher(asked);
          udp[0] = port.find() ? Integer.parseInt(port.group(1)) : 0;
          String transport =
              udp[0] == 0
                  ? "RTP/AVP/TCP;unicast;interleaved=0-1"
                  : "RTP/AVP;unicast;client_port=%d-%d;server_port=%d-%d"
                      .formatted(udp[0], udp[0] + 1, 50_000, 50_001);
          say(client, head + "Transport: " + transport + "\r\n\r\n");
        }
        case "PLAY" -> {
          say(client, head + "Range: npt=now-\r\n\r\n");
          play(client, udp[0]);
          return;
        }
        default -> say(client, head + "\r\n");
      }
    }
  }

  private static void say(Socket client, String words) throws IOException {
    client.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
  }

  private void play(Socket client, int udp) throws Exception {
    if (udp == 0) {
      OutputStream out = client.getOutputStream();
      stream(
          client,
          (packet, length) -> {
            byte[] framed = new byte[length + 4];
            ByteBuffer.wrap(framed).put((byte) '$').put((byte) 0).putShort((short) length);
            System.arraycopy(packet, 0, framed, 4, length);
            out.write(framed);
          });
      return;
    }
    try (DatagramSocket socket = new DatagramSocket()) {
      InetAddress there = client.getInetAddress();
      stream(
          client, (packet, length) -> socket.send(new DatagramPacket(packet, length, there, udp)));
    }
  }

  private void stream(Socket client, Way way) throws Exception {
    Script mine = script;
    Random random = new Random(7);
    long begin = System.nanoTime();
    int number = 0;
    for (int i = 0; !client.isClosed(); i++) {
      for (long left = begin + i * STEP_NANOS - System.nanoTime();
          left > 0;
          left = begin + i * STEP_NANOS - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      if (i >= mine.stallAt) {
        served.hold();
      }
      List<byte[]> playing = i < mine.changeAt ? film : mine.other;
      byte[] unit = playing.get(i % playing.size());
      List<byte[]> packets = H264.packets(unit, PAYLOAD);
      for (int p = 0; p < packets.size(); p++) {
        if (i == mine.cutAt && p == packets.size() / 2) {
          return;
        }
        byte[] payload = packets.get(p);
        byte[] packet = new byte[payload.length + 12];
        boolean last = p == packets.size() - 1;
        ByteBuffer.wrap(packet)
            .put((byte) 0x80)
            .put((byte) (last ? 0x80 | 96 : 96))
            .putShort((short) number++)
            .putInt((int) mine.ticks.applyAsLong(i))
            .putInt(4711)
            .put(payload);
        if (random.nextDouble() < mine.corrupt) {
          for (int b = 0; b < 8; b++) {
            packet[14 + random.nextInt(packet.length - 14)] ^= (byte) (1 << b);
          }
        }
        if (random.nextDouble() >= mine.loss) {
          way.send(packet, packet.length);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    served.close();
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "camera on port %d", port());
  }
}
