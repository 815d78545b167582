package dev.mien.rtsp;

import dev.mien.access.Networks;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/** One client that has a stream set up. It belongs to the server's thread. */
final class Session {
  private static final int RTP_HEAD = 12;
  private static final int FRAME_HEAD = 4;
  private static final int VERSION = 0x80;
  private static final int MARKER = 0x80;
  private static final long REPORT_EVERY_NANOS = 5_000_000_000L;
  private static final double TICKS_A_NANOSECOND = 90_000 / 1e9;

  private final RtspServer server;
  private final RtspStream stream;
  private final Channel connection;
  private final InetAddress peer;
  private final String id;
  private final int source;
  private final long offset;
  private Transport transport;
  private int sequence;
  private boolean playing;
  private boolean waitsForKey;
  private boolean ended;
  private long heard;
  private long reported;
  private long lastSent;
  private long lastTime;
  private long packets;
  private long octets;
  private long lost;

  Session(
      RtspServer server,
      RtspStream stream,
      Channel connection,
      Transport transport,
      SecureRandom random) {
    this.server = server;
    this.stream = stream;
    this.connection = connection;
    this.transport = transport;
    peer = ((InetSocketAddress) connection.remoteAddress()).getAddress();
    byte[] bytes = new byte[8];
    random.nextBytes(bytes);
    id = HexFormat.of().formatHex(bytes);
    source = random.nextInt();
    offset = random.nextInt() & 0xFFFFFFFFL;
    sequence = random.nextInt(1 << 15);
    heardFrom();
    stream.add(this);
  }

  String id() {
    return id;
  }

  RtspStream stream() {
    return stream;
  }

  Transport transport() {
    return transport;
  }

  void transport(Transport newTransport) {
    transport = newTransport;
  }

  boolean isOf(InetAddress network) {
    return Networks.of(peer).equals(network);
  }

  boolean playing() {
    return playing;
  }

  boolean ended() {
    return ended;
  }

  /** Of its packets, and the number of the next one. */
  int source() {
    return source;
  }

  int sequence() {
    return sequence & 0xFFFF;
  }

  void play() {
    if (!playing) {
      playing = true;
      waitsForKey = true;
      stream.askForKey();
    }
  }

  void pause() {
    playing = false;
  }

  void heardFrom() {
    heard = System.nanoTime();
  }

  boolean silent(long now, long patienceNanos) {
    return now - heard > patienceNanos;
  }

  /** The connection takes bytes again: no need to wait for the next key frame that is due. */
  void writable() {
    if (playing && waitsForKey) {
      stream.askForKey();
    }
  }

  void send(Unit unit) {
    if (!playing) {
      return;
    }
    Channel channel = channel();
    if (!channel.isWritable()) {
      waitsForKey = true;
      stream.dropped.incrementAndGet();
      return;
    }
    if (waitsForKey && !unit.key()) {
      stream.dropped.incrementAndGet();
      stream.askForKey();
      return;
    }
    waitsForKey = false;
    lastTime = unit.time();
    lastSent = System.nanoTime();
    if (transport instanceof Transport.Tcp tcp) {
      frames(unit, tcp);
    } else if (transport instanceof Transport.Udp udp) {
      datagrams(unit, udp);
    }
    stream.sent.incrementAndGet();
    if (packets == unit.payloads().size() || lastSent - reported > REPORT_EVERY_NANOS) {
      report(false);
    }
  }

  private Channel channel() {
    return transport instanceof Transport.Tcp ? connection : server.rtp();
  }

  private void frames(Unit unit, Transport.Tcp tcp) {
    int count = unit.payloads().size();
    ByteBuf out = connection.alloc().buffer(unit.bytes() + count * (RTP_HEAD + FRAME_HEAD));
    for (int i = 0; i < count; i++) {
      byte[] payload = unit.payloads().get(i);
      out.writeByte('$').writeByte(tcp.rtp()).writeShort(RTP_HEAD + payload.length);
      packet(out, payload, unit.time(), i == count - 1);
    }
    write(connection, out);
    connection.flush();
  }

  private void datagrams(Unit unit, Transport.Udp udp) {
    InetSocketAddress target = new InetSocketAddress(peer, udp.rtp());
    Channel rtp = server.rtp();
    int count = unit.payloads().size();
    for (int i = 0; i < count; i++) {
      byte[] payload = unit.payloads().get(i);
      ByteBuf out = rtp.alloc().buffer(RTP_HEAD + payload.length);
      packet(out, payload, unit.time(), i == count - 1);
      write(rtp, new DatagramPacket(out, target));
    }
    rtp.flush();
  }

  private void packet(ByteBuf out, byte[] payload, long time, boolean last) {
    out.writeByte(VERSION).writeByte((last ? MARKER : 0) | Sdp.PAYLOAD_TYPE);
    out.writeShort(sequence++).writeInt((int) (time + offset)).writeInt(source);
    out.writeBytes(payload);
    packets++;
    octets += payload.length;
  }

  private void report(boolean last) {
    reported = System.nanoTime();
    long time = lastTime + offset + Math.round((reported - lastSent) * TICKS_A_NANOSECOND);
    ByteBuf out = connection.alloc().buffer();
    if (transport instanceof Transport.Tcp tcp) {
      out.writeByte('$').writeByte(tcp.rtcp()).writeShort(0);
      fill(out, time, last);
      out.setShort(2, out.readableBytes() - FRAME_HEAD);
      write(connection, out);
      connection.flush();
    } else if (transport instanceof Transport.Udp udp) {
      fill(out, time, last);
      write(server.rtcp(), new DatagramPacket(out, new InetSocketAddress(peer, udp.rtcp())));
      server.rtcp().flush();
    }
  }

  /** What fails comes back as an exception of the channel. */
  private static void write(Channel channel, Object message) {
    var unused = channel.write(message, channel.voidPromise());
  }

  private void fill(ByteBuf out, long time, boolean last) {
    Rtcp.report(out, source, Instant.now(), time, packets, octets, stream.name(), last);
  }

  /** Whether a packet from there is this client's report. */
  boolean reportsFrom(InetSocketAddress sender) {
    return transport instanceof Transport.Udp udp
        && udp.rtcp() == sender.getPort()
        && peer.equals(sender.getAddress());
  }

  /** What the client says about what it gets. */
  void received(ByteBuf report) {
    heardFrom();
    long now = Rtcp.lost(report, source);
    if (now > lost) {
      stream.lost.addAndGet(now - lost);
      lost = now;
    }
  }

  /** The server's wish: the connection ends with it. */
  void cutOff() {
    end();
    var unused = connection.close();
  }

  /** Says good-bye, once, and forgets the client. */
  void end() {
    if (ended) {
      return;
    }
    ended = true;
    if (packets > 0 && channel().isWritable()) {
      report(true);
    }
    playing = false;
    stream.remove(this);
    server.ended(this);
  }
}
