package dev.mien.rtsp;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Requests to an RTSP server elsewhere and its answers, one at a time, over one TCP connection.
 * What is asked has to be answered within {@link #PATIENCE_MILLIS} of time that went by, however
 * many bytes come meanwhile.
 */
final class Dialogue implements AutoCloseable {
  static final int PATIENCE_MILLIS = 5_000;
  private static final int USUAL_PORT = 554;
  private static final int LONGEST_LINE = 8_192;
  private static final int LONGEST_BODY = 65_536;
  private static final int MOST_HEADERS = 100;

  /** The kernel keeps twice as much: what it holds is late, and lost with the connection. */
  private static final int BUFFER = 65_536;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** What a server said: an answer's status and headers, or the start of a request of its own. */
  record Answer(int status, String words, Map<String, List<String>> headers) {
    List<String> all(String header) {
      return headers.getOrDefault(header, List.of());
    }

    String first(String header) {
      return headers.getOrDefault(header, List.of("")).get(0);
    }
  }

  private final String url;
  private final @Nullable Credentials credentials;
  private final Socket socket = new Socket();
  private InputStream in = InputStream.nullInputStream();
  private List<String> challenges = List.of();
  private String session = "";
  private int number;

  /**
   * @param address {@code rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH}
   */
  Dialogue(String address) {
    int start = address.indexOf("//") + 2;
    int at = address.lastIndexOf('@');
    credentials = at < start ? null : Credentials.of(address.substring(start, at));
    url = "rtsp://" + address.substring(Math.max(start, at + 1));
  }

  /** Without user and password. */
  String url() {
    return url;
  }

  void connect() throws RtspException {
    String authority = url.substring(7).split("[/?]", 2)[0];
    int colon = authority.endsWith("]") ? -1 : authority.lastIndexOf(':');
    String host = colon < 0 ? authority : authority.substring(0, colon);
    int port = colon < 0 ? USUAL_PORT : Integer.parseInt(authority.substring(colon + 1));
    try {
      InetAddress found = InetAddress.getByName(host);
      socket.setTcpNoDelay(true);
      socket.setSendBufferSize(BUFFER);
      socket.connect(new InetSocketAddress(found, port), PATIENCE_MILLIS);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (UnknownHostException e) {
      throw new RtspException("there is no host named " + host);
    } catch (SocketTimeoutException e) {
      throw new RtspException("no answer within " + PATIENCE_MILLIS / 1000 + " s");
    } catch (ConnectException e) {
      throw new RtspException("nobody listens there");
    } catch (IOException | IllegalArgumentException e) {
      throw new RtspException("cannot be reached: " + e.getMessage());
    }
  }

  /** Our address as the server sees it. */
  String ownHost() {
    return socket.getLocalAddress().getHostAddress().replaceFirst("%.*", "");
  }

  /**
   * Asks and waits.
   *
   * @throws RtspException if the answer is not that it is done
   */
  Answer ask(String method, String uri, String headers, String body) throws RtspException {
    try {
      Answer answer = exchange(method, uri, headers, body);
      if (answer.status() == 401 && credentials != null) {
        challenges = answer.all("www-authenticate");
        answer = exchange(method, uri, headers, body);
      }
      if (answer.status() / 100 != 2) {
        throw new RtspException(
            words(method, answer), answer.status() == 401 || answer.status() == 403);
      }
      if (session.isEmpty()) {
        session = answer.first("session").replaceFirst(";.*", "").strip();
      }
      return answer;
    } catch (RtspException e) {
      throw e;
    } catch (SocketTimeoutException e) {
      throw new RtspException("no answer within " + PATIENCE_MILLIS / 1000 + " s");
    } catch (EOFException e) {
      throw new RtspException("hung up when it was asked to take the stream");
    } catch (IOException e) {
      throw new RtspException("the connection broke: " + e.getMessage());
    }
  }

  private String words(String method, Answer answer) {
    return switch (answer.status()) {
      case 401, 403 ->
          credentials == null
              ? "asks for user and password (" + answer.status() + ")"
              : "user or password were not accepted (401/403)";
      case 404 -> "takes no stream at this path (404); check the path";
      case 405, 501 -> "takes no streams (" + answer.status() + " to " + method + ")";
      default -> method + " was answered " + answer.status() + " " + answer.words();
    };
  }

  private Answer exchange(String method, String uri, String headers, String body)
      throws IOException {
    long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
    send(request(method, uri, headers, body));
    while (true) {
      int first = read(end);
      if (first == '$') {
        skipFrame(end);
      } else {
        Answer answer = answer(first, end);
        if (answer.status() >= 200) {
          return answer;
        }
      }
    }
  }

  /** A request's bytes. */
  byte[] request(String method, String uri, String headers, String body) {
    StringBuilder text = new StringBuilder();
    text.append(method).append(' ').append(uri).append(" RTSP/1.0\r\n");
    text.append("CSeq: ").append(++number).append("\r\nUser-Agent: mien\r\n");
    if (!session.isEmpty()) {
      text.append("Session: ").append(session).append("\r\n");
    }
    if (credentials != null) {
      credentials
          .authorization(challenges, method, uri, RANDOM)
          .ifPresent(value -> text.append("Authorization: ").append(value).append("\r\n"));
    }
    text.append(headers);
    if (!body.isEmpty()) {
      int length = body.getBytes(StandardCharsets.UTF_8).length;
      text.append("Content-Length: ").append(length).append("\r\n");
    }
    return text.append("\r\n").append(body).toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Waits while the kernel's buffer is full. */
  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  void send(byte[] bytes, int from, int length) throws IOException {
    socket.getOutputStream().write(bytes, from, length);
  }

  /**
   * The next answer; packets between are left out, and so is what the server asks.
   *
   * @param end when to give up, by {@link System#nanoTime}
   * @throws SocketTimeoutException if none has begun until then
   */
  Answer next(long end) throws IOException {
    while (true) {
      int first = read(end);
      try {
        long rest = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        if (first == '$') {
          skipFrame(rest);
        } else {
          Answer answer = answer(first, rest);
          if (answer.status() > 0) {
            return answer;
          }
        }
      } catch (SocketTimeoutException e) {
        throw new RtspException("stopped in the middle of an answer");
      }
    }
  }

  /** Of the last request. */
  int number() {
    return number;
  }

  /** A request's status is 0. */
  private Answer answer(int first, long end) throws IOException {
    String start = ((char) first + line(end)).strip();
    if (start.isEmpty()) {
      return new Answer(0, "", Map.of());
    }
    Map<String, List<String>> headers = new TreeMap<>();
    int count = 0;
    for (String line = line(end); !line.isEmpty(); line = line(end)) {
      int colon = line.indexOf(':');
      if (colon > 0 && ++count <= MOST_HEADERS) {
        headers
            .computeIfAbsent(
                line.substring(0, colon).strip().toLowerCase(Locale.ROOT), k -> new ArrayList<>())
            .add(line.substring(colon + 1).strip());
      }
    }
    skip(length(headers.getOrDefault("content-length", List.of("0")).get(0)), end);
    String[] parts = start.split(" ", 3);
    boolean request = !start.startsWith("RTSP/");
    if (!request && (parts.length < 2 || !parts[1].matches("\\d{3}"))) {
      throw new RtspException("gave an answer that is no RTSP");
    }
    if (request && !start.endsWith(" RTSP/1.0")) {
      throw new RtspException("gave an answer that is no RTSP");
    }
    return request
        ? new Answer(0, parts[0], headers)
        : new Answer(Integer.parseInt(parts[1]), parts.length < 3 ? "" : parts[2], headers);
  }

  private static int length(String text) throws RtspException {
    if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > LONGEST_BODY) {
      throw new RtspException("gave an answer that is no RTSP");
    }
    return Integer.parseInt(text);
  }

  private String line(long end) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = read(end); b != '\n'; b = read(end)) {
      line.write(b);
      if (line.size() > LONGEST_LINE) {
        throw new RtspException("gave an answer that is no RTSP");
      }
    }
    return line.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  private void skipFrame(long end) throws IOException {
    read(end);
    int length = read(end) << 8;
    skip(length | read(end), end);
  }

  private void skip(int count, long end) throws IOException {
    for (int i = 0; i < count; i++) {
      read(end);
    }
  }

  private int read(long end) throws IOException {
    if (in.available() == 0) {
      long millis = (end - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        throw new SocketTimeoutException();
      }
      socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
    }
    int b = in.read();
    if (b < 0) {
      throw new EOFException();
    }
    return b;
  }

  /** From any thread: what waits there fails at once. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone in any case.
    }
  }
}
