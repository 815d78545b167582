package dev.mien.rtsp;

import dev.mien.access.Networks;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.rtsp.RtspHeaderNames;
import io.netty.handler.codec.rtsp.RtspResponseStatuses;
import io.netty.handler.codec.rtsp.RtspVersions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the client of one connection may do with the streams (RFC 2326, section 10), and its
 * sessions, which end with the connection.
 */
final class Client {
  private static final String METHODS =
      "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN";

  private final RtspServer server;
  private final Channel channel;
  private final Map<String, Session> sessions = new HashMap<>();

  Client(RtspServer server, Channel channel) {
    this.server = server;
    this.channel = channel;
  }

  /**
   * @param request well-formed, and from somebody who may ask
   * @param body whether something came with it
   */
  FullHttpResponse answer(HttpRequest request, String method, boolean body) {
    if (request.headers().contains(RtspHeaderNames.REQUIRE)) {
      FullHttpResponse response = response(request, RtspResponseStatuses.OPTION_NOT_SUPPORTED);
      response
          .headers()
          .set(RtspHeaderNames.UNSUPPORTED, request.headers().get(RtspHeaderNames.REQUIRE));
      return response;
    }
    return switch (method) {
      case "OPTIONS" -> options(request);
      case "DESCRIBE" -> describe(request);
      case "SETUP" -> setUp(request);
      case "PLAY", "PAUSE", "TEARDOWN" -> control(request, method);
      case "GET_PARAMETER", "SET_PARAMETER" -> parameter(request, body);
      case "ANNOUNCE", "RECORD", "REDIRECT" -> {
        FullHttpResponse response = response(request, RtspResponseStatuses.METHOD_NOT_ALLOWED);
        response.headers().set(RtspHeaderNames.ALLOW, METHODS);
        yield response;
      }
      default -> response(request, RtspResponseStatuses.NOT_IMPLEMENTED);
    };
  }

  private FullHttpResponse options(HttpRequest request) {
    touch(request);
    FullHttpResponse response = response(request, RtspResponseStatuses.OK);
    response.headers().set(RtspHeaderNames.PUBLIC, METHODS);
    return response;
  }

  /** Keeps a session alive; there are no parameters. */
  private FullHttpResponse parameter(HttpRequest request, boolean body) {
    if (request.headers().contains(RtspHeaderNames.SESSION) && session(request) == null) {
      return response(request, RtspResponseStatuses.SESSION_NOT_FOUND);
    }
    touch(request);
    return response(
        request, body ? RtspResponseStatuses.PARAMETER_NOT_UNDERSTOOD : RtspResponseStatuses.OK);
  }

  private FullHttpResponse describe(HttpRequest request) {
    RtspStream stream = server.stream(Uri.stream(request.uri()));
    if (stream == null) {
      return response(request, RtspResponseStatuses.NOT_FOUND);
    }
    String accepted = request.headers().get(RtspHeaderNames.ACCEPT, "application/sdp");
    if (!accepted.matches("(?i).*(application/(sdp|\\*)|\\*/\\*).*")) {
      return response(request, RtspResponseStatuses.NOT_ACCEPTABLE);
    }
    InetSocketAddress ours = (InetSocketAddress) channel.localAddress();
    String host = ours.getAddress().getHostAddress().replaceFirst("%.*", "");
    String sdp = Sdp.of(stream.name(), host, stream.id(), stream.parameterSets());
    FullHttpResponse response = response(request, RtspResponseStatuses.OK);
    response.content().writeBytes(sdp.getBytes(StandardCharsets.UTF_8));
    response.headers().set(RtspHeaderNames.CONTENT_TYPE, "application/sdp");
    response
        .headers()
        .set(
            RtspHeaderNames.CONTENT_BASE,
            "rtsp://%s:%d/%s/"
                .formatted(
                    host.indexOf(':') < 0 ? host : "[" + host + "]",
                    ours.getPort(),
                    stream.name()));
    return response;
  }

  private FullHttpResponse setUp(HttpRequest request) {
    RtspStream stream = server.stream(Uri.stream(request.uri()));
    if (stream == null) {
      return response(request, RtspResponseStatuses.NOT_FOUND);
    }
    Session known = session(request);
    if (request.headers().contains(RtspHeaderNames.SESSION) && known == null) {
      return response(request, RtspResponseStatuses.SESSION_NOT_FOUND);
    }
    if (known != null && (known.playing() || known.stream() != stream)) {
      return response(request, RtspResponseStatuses.METHOD_NOT_VALID);
    }
    InetAddress peer = ((InetSocketAddress) channel.remoteAddress()).getAddress();
    if (known == null
        && (server.full(Networks.of(peer)) || sessions.size() >= server.limits().sessionsEach())) {
      return response(request, RtspResponseStatuses.NOT_ENOUGH_BANDWIDTH);
    }
    Optional<Transport> wanted =
        Transport.parse(request.headers().get(RtspHeaderNames.TRANSPORT, ""), freeChannel());
    if (wanted.isEmpty() || taken(wanted.get(), known)) {
      return response(request, RtspResponseStatuses.UNSUPPORTED_TRANSPORT);
    }
    Session session = known;
    if (session == null) {
      session = new Session(server, stream, channel, wanted.get(), server.random());
      sessions.put(session.id(), session);
      server.begun(session);
    } else {
      session.transport(wanted.get());
    }
    FullHttpResponse response = response(request, RtspResponseStatuses.OK);
    response.headers().set(RtspHeaderNames.TRANSPORT, granted(session));
    name(response, session);
    return response;
  }

  private int freeChannel() {
    int free = 0;
    for (Session session : sessions.values()) {
      if (session.transport() instanceof Transport.Tcp tcp) {
        free = Math.max(free, Math.max(tcp.rtp(), tcp.rtcp()) + 1);
      }
    }
    return Math.min(free, 254);
  }

  /** Whether another session of this connection has one of these channels. */
  private boolean taken(Transport wanted, @Nullable Session self) {
    return wanted instanceof Transport.Tcp tcp
        && sessions.values().stream()
            .filter(s -> s != self)
            .anyMatch(
                s ->
                    s.transport() instanceof Transport.Tcp other
                        && List.of(other.rtp(), other.rtcp()).stream()
                            .anyMatch(c -> c == tcp.rtp() || c == tcp.rtcp()));
  }

  private String granted(Session session) {
    String source = ";ssrc=%08X".formatted(session.source());
    if (session.transport() instanceof Transport.Udp udp) {
      int rtp = ((InetSocketAddress) server.rtp().localAddress()).getPort();
      return "RTP/AVP;unicast;client_port=%d-%d;server_port=%d-%d%s"
          .formatted(udp.rtp(), udp.rtcp(), rtp, rtp + 1, source);
    }
    Transport.Tcp tcp = (Transport.Tcp) session.transport();
    return "RTP/AVP/TCP;unicast;interleaved=%d-%d%s".formatted(tcp.rtp(), tcp.rtcp(), source);
  }

  private FullHttpResponse control(HttpRequest request, String method) {
    Session session = session(request);
    if (session == null) {
      return response(request, RtspResponseStatuses.SESSION_NOT_FOUND);
    }
    session.heardFrom();
    FullHttpResponse response = response(request, RtspResponseStatuses.OK);
    name(response, session);
    switch (method) {
      case "PLAY" -> {
        session.play();
        response.headers().set(RtspHeaderNames.RANGE, "npt=now-");
        response.headers().set(RtspHeaderNames.RTP_INFO, info(request, session));
      }
      case "PAUSE" -> session.pause();
      default -> {
        session.end();
        sessions.remove(session.id());
      }
    }
    return response;
  }

  private static String info(HttpRequest request, Session session) {
    String stream = request.uri().replaceAll("[\\s;,]|/+$|/+" + Uri.TRACK + "$", "");
    return "url=%s/%s;seq=%d".formatted(stream, Uri.TRACK, session.sequence());
  }

  private @Nullable Session session(HttpRequest request) {
    String id = request.headers().get(RtspHeaderNames.SESSION, "");
    return sessions.get(id.replaceFirst(";.*", "").strip());
  }

  private void touch(HttpRequest request) {
    Session session = session(request);
    if (session != null) {
      session.heardFrom();
    }
  }

  private void name(FullHttpResponse response, Session session) {
    response
        .headers()
        .set(
            RtspHeaderNames.SESSION,
            session.id() + ";timeout=" + server.limits().silence().toSeconds());
  }

  /** A report of the client's, or pictures that nobody wants. */
  void received(Framing.Interleaved frame) {
    sessions.values().stream()
        .filter(s -> s.transport() instanceof Transport.Tcp tcp && tcp.rtcp() == frame.channel())
        .forEach(s -> s.received(frame.content()));
  }

  void writable() {
    sessions.values().forEach(Session::writable);
  }

  /** Forgets the sessions that the server ended. */
  void sweep() {
    sessions.values().removeIf(Session::ended);
  }

  boolean idle() {
    return sessions.isEmpty();
  }

  void end() {
    sessions.values().forEach(Session::end);
    sessions.clear();
  }

  /** The request's number; empty if it has none. */
  static String number(HttpRequest request) {
    return request.headers().get(RtspHeaderNames.CSEQ, "");
  }

  /** An answer without content. */
  static FullHttpResponse response(@Nullable HttpRequest request, HttpResponseStatus status) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(RtspVersions.RTSP_1_0, status, Unpooled.buffer());
    if (request != null && number(request).matches("\\d{1,10}")) {
      response.headers().set(RtspHeaderNames.CSEQ, number(request));
    }
    response.headers().set(RtspHeaderNames.SERVER, "mien");
    return response;
  }
}
