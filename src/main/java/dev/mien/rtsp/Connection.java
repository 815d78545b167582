package dev.mien.rtsp;

import dev.mien.access.Guesses;
import dev.mien.access.Networks;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.rtsp.RtspHeaderNames;
import io.netty.handler.codec.rtsp.RtspResponseStatuses;
import io.netty.handler.codec.rtsp.RtspVersions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: whether its requests are sound, and whether it may ask; {@link Client} answers.
 */
final class Connection extends SimpleChannelInboundHandler<Object> {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /** A player asks twice: without a password, and with the one that its user typed. */
  private static final int REFUSALS = 4;

  private final RtspServer server;
  private final Channel channel;
  private final Client client;
  private final @Nullable Digest digest;
  private final InetAddress network;
  private @Nullable HttpRequest request;
  private boolean body;
  private boolean greeted;
  private boolean closing;
  private boolean proven;
  private int refusals;
  private long heard = System.nanoTime();

  Connection(RtspServer server, Channel channel) {
    this.server = server;
    this.channel = channel;
    client = new Client(server, channel);
    network = Networks.of(address());
    digest = server.login().map(l -> new Digest(l, server.random())).orElse(null);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, Object message) {
    if (closing) {
      return;
    }
    if (message instanceof Framing.Interleaved frame) {
      client.received(frame);
      return;
    }
    if (message instanceof HttpRequest head) {
      request = head;
      body = false;
      greeted = true;
      heard = System.nanoTime();
    }
    if (message instanceof HttpContent content) {
      body |= content.content().isReadable();
    }
    if (message instanceof LastHttpContent && request != null) {
      HttpRequest whole = request;
      request = null;
      answer(whole);
    }
  }

  private void answer(HttpRequest asked) {
    if (asked.decoderResult().isFailure() || !Client.number(asked).matches("\\d{1,10}")) {
      refuse(asked, RtspResponseStatuses.BAD_REQUEST);
      return;
    }
    String method = asked.method().name();
    if (!asked.protocolVersion().equals(RtspVersions.RTSP_1_0)) {
      send(Client.response(asked, RtspResponseStatuses.RTSP_VERSION_NOT_SUPPORTED));
    } else if (digest == null || method.equals("OPTIONS") || mayAsk(asked, method, digest)) {
      send(client.answer(asked, method, body));
    }
  }

  /** Whether who asks knows the password; otherwise it has had its answer. */
  private boolean mayAsk(HttpRequest asked, String method, Digest wanted) {
    String header = asked.headers().get(RtspHeaderNames.AUTHORIZATION);
    if (header == null || wanted.isStale(header)) {
      challenge(asked, wanted, header != null);
      return false;
    }
    BooleanSupplier right = () -> wanted.accepts(header, method, Uri.stream(asked.uri()));
    // Others that guess from the same address do not end what is playing.
    if (proven && right.getAsBoolean()) {
      return true;
    }
    Guesses.Verdict verdict = server.guesses().judge(address(), proven ? () -> false : right);
    proven |= verdict.right();
    if (verdict.right()) {
      return true;
    }
    if (verdict.looked()) {
      wanted.renew();
      challenge(asked, wanted, false);
    } else {
      closing = true;
      FullHttpResponse response = Client.response(asked, RtspResponseStatuses.SERVICE_UNAVAILABLE);
      response.headers().set(HttpHeaderNames.RETRY_AFTER, verdict.waitSeconds());
      send(response);
    }
    return false;
  }

  private void challenge(HttpRequest asked, Digest wanted, boolean stale) {
    FullHttpResponse response = Client.response(asked, RtspResponseStatuses.UNAUTHORIZED);
    response.headers().set(RtspHeaderNames.WWW_AUTHENTICATE, wanted.challenge(stale));
    closing = ++refusals >= REFUSALS;
    send(response);
  }

  /** Answers, and closes: what follows cannot be trusted to begin where a request begins. */
  private void refuse(@Nullable HttpRequest asked, HttpResponseStatus status) {
    closing = true;
    send(Client.response(asked, status));
  }

  private void send(FullHttpResponse response) {
    response.headers().set(RtspHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    channel
        .writeAndFlush(response)
        .addListener(
            closing ? ChannelFutureListener.CLOSE : ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  /** One too many. */
  void turnAway() {
    server.execute(() -> refuse(null, RtspResponseStatuses.SERVICE_UNAVAILABLE));
  }

  void sweep(long now) {
    client.sweep();
    long patience = (greeted ? server.limits().silence() : server.limits().greeting()).toNanos();
    if (idle() && now - heard > patience) {
      close();
    }
  }

  void close() {
    var unused = channel.close();
  }

  /** Whether it has no session. */
  boolean idle() {
    return client.idle();
  }

  private InetAddress address() {
    return ((InetSocketAddress) channel.remoteAddress()).getAddress();
  }

  /** The address that counts. */
  InetAddress network() {
    return network;
  }

  boolean isOf(InetAddress some) {
    return network.equals(some);
  }

  String peer() {
    return address().getHostAddress();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      client.writable();
    }
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    client.end();
    server.gone(this);
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    log.debug("a connection failed", cause);
    if (closing || !channel.isActive() || !(cause instanceof DecoderException)) {
      close();
    } else if (cause instanceof TooLongFrameException) {
      refuse(null, RtspResponseStatuses.REQUEST_ENTITY_TOO_LARGE);
    } else {
      refuse(null, RtspResponseStatuses.BAD_REQUEST);
    }
  }
}
