package dev.mien.rtsp;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that says exactly what a test wants, over a real socket. */
public final class Caller implements AutoCloseable {
  /** Only against hanging. */
  private static final int PATIENCE_MILLIS = 60_000;

  final Socket socket;
  private final int port;
  private final DataInputStream in;
  private final ArrayDeque<Packet> packets = new ArrayDeque<>();
  private int number;

  record Answer(int status, Map<String, String> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /** Without what follows it. */
    String session() {
      return header("session").replaceFirst(";.*", "");
    }
  }

  /** What came on a channel of the connection. */
  static final class Packet {
    private final int channel;
    final byte[] bytes;

    private Packet(int channel, byte[] bytes) {
      this.channel = channel;
      this.bytes = bytes;
    }

    int sequence() {
      return (bytes[2] & 255) << 8 | (bytes[3] & 255);
    }

    boolean marker() {
      return (bytes[1] & 0x80) != 0;
    }

    long time() {
      return (bytes[4] & 255L) << 24
          | (bytes[5] & 255) << 16
          | (bytes[6] & 255) << 8
          | (bytes[7] & 255);
    }

    /** The NAL type, or that of the packet's form. */
    int type() {
      return bytes[12] & 31;
    }
  }

  public Caller(int port) throws IOException {
    this(InetAddress.getLoopbackAddress(), port);
  }

  /** From an address of this machine. */
  Caller(InetAddress from, int port) throws IOException {
    this.port = port;
    socket = new Socket(InetAddress.getLoopbackAddress(), port, from, 0);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
  }

  String url(String path) {
    return "rtsp://127.0.0.1:" + port + "/" + path;
  }

  Answer ask(String method, String path, String... headers) throws IOException {
    StringBuilder text = new StringBuilder(method + " " + url(path) + " RTSP/1.0\r\n");
    text.append("CSeq: ").append(++number).append("\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    return say(text + "\r\n");
  }

  Answer say(String text) throws IOException {
    send(text.getBytes(StandardCharsets.ISO_8859_1));
    return answer();
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** The next answer; packets that come before it are kept. */
  Answer answer() throws IOException {
    int first = in.readUnsignedByte();
    while (first == '$') {
      packets.add(frame());
      first = in.readUnsignedByte();
    }
    String status = (char) first + line();
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    byte[] body = new byte[Integer.parseInt(headers.getOrDefault("content-length", "0"))];
    in.readFully(body);
    return new Answer(
        Integer.parseInt(status.split(" ", 3)[1]),
        headers,
        new String(body, StandardCharsets.UTF_8));
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.readUnsignedByte(); b != '\n'; b = in.readUnsignedByte()) {
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  private Packet frame() throws IOException {
    int channel = in.readUnsignedByte();
    byte[] bytes = new byte[in.readUnsignedShort()];
    in.readFully(bytes);
    return new Packet(channel, bytes);
  }

  /** The next packet of a channel; those of others are kept. */
  Packet packet(int channel) throws IOException {
    for (Packet kept : packets) {
      if (kept.channel == channel) {
        packets.remove(kept);
        return kept;
      }
    }
    while (true) {
      if (in.readUnsignedByte() != '$') {
        throw new IOException("no frame");
      }
      Packet next = frame();
      if (next.channel == channel) {
        return next;
      }
      packets.add(next);
    }
  }

  /** Sets a stream up and plays it, in TCP. */
  public String play(String path) throws IOException {
    Answer setUp = ask("SETUP", path + "/track0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");
    ask("PLAY", path, "Session: " + setUp.session());
    return setUp.session();
  }

  /** Waits until the server has closed the connection. */
  void awaitEnd() throws IOException {
    try {
      while (true) {
        in.readByte();
      }
    } catch (EOFException | java.net.SocketException e) {
      // That was it.
    }
  }

  /** The header that proves to know a password, of a client that does not count its requests. */
  String authorization(Answer refused, String user, String password, String method, String path) {
    String nonce = nonce(refused);
    String secret = md5(user + ":mien:" + password);
    String response = md5(secret + ":" + nonce + ":" + md5(method + ":" + url(path)));
    return header(user, nonce, path, response);
  }

  /** The same of one that does. */
  String counted(
      Answer refused, String user, String password, String method, String path, int number) {
    String nonce = nonce(refused);
    String count = "%08x".formatted(number);
    String secret = md5(user + ":mien:" + password);
    String response =
        md5(String.join(":", secret, nonce, count, "abc", "auth", md5(method + ":" + url(path))));
    return header(user, nonce, path, response)
        + ", qop=auth, nc=%s, cnonce=\"abc\"".formatted(count);
  }

  private String header(String user, String nonce, String path, String response) {
    return "Authorization: Digest username=\"%s\", realm=\"mien\", nonce=\"%s\", uri=\"%s\", response=\"%s\""
        .formatted(user, nonce, url(path), response);
  }

  static String nonce(Answer refused) {
    Matcher nonce = Pattern.compile("nonce=\"(.*?)\"").matcher(refused.header("www-authenticate"));
    if (!nonce.find()) {
      throw new IllegalStateException(refused.toString());
    }
    return nonce.group(1);
  }

  private static String md5(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
