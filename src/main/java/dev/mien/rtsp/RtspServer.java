package dev.mien.rtsp;

import dev.mien.access.Guesses;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.rtsp.RtspDecoder;
import io.netty.handler.codec.rtsp.RtspEncoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sockets, connections and sessions. One thread owns all of it: it copies packets and waits for
 * nothing.
 */
final class RtspServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RtspServer.class);

  /**
   * What the kernel holds for a client in TCP. Left to itself it keeps megabytes: seconds of a
   * stream that a slow client would see late.
   */
  private static final int SEND_BUFFER = 256 * 1024;

  /** One read of a connection, so that the others have their turn soon. */
  private static final RecvByteBufAllocator LITTLE =
      new FixedRecvByteBufAllocator(2048).maxMessagesPerRead(1);

  private static final int UDP_BUFFER = 1 << 20;
  private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int PAIRS_TRIED = 100;

  private final RtspLimits limits;
  private final Optional<Login> login;
  private final Guesses guesses;
  private final SecureRandom random = new SecureRandom();
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("mien-rtsp", true), NioIoHandler.newFactory());
  private final Map<String, RtspStream> streams = new ConcurrentHashMap<>();
  private final Map<String, Session> sessions = new HashMap<>();
  private final Crowd crowd;
  private @Nullable Channel door;
  private @Nullable Channel rtp;
  private @Nullable Channel rtcp;
  private long told = System.nanoTime() - TELL_EVERY_NANOS;

  private RtspServer(Optional<Login> login, Guesses guesses, RtspLimits limits) {
    this.login = login;
    this.guesses = guesses;
    this.limits = limits;
    crowd = new Crowd(limits);
  }

  /**
   * @throws IllegalArgumentException if the port is taken or the address is another machine's
   */
  static RtspServer open(
      InetSocketAddress address, Optional<Login> login, Guesses guesses, RtspLimits limits)
      throws RtspException {
    RtspServer server = new RtspServer(login, guesses, limits);
    try {
      server.listen(address);
      return server;
    } catch (RuntimeException | RtspException e) {
      server.close();
      throw e;
    }
  }

  private void listen(InetSocketAddress address) throws RtspException {
    ServerBootstrap tcp =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .handler(new Door())
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, LITTLE)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(limits.backlog() / 4, limits.backlog()))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    accept(channel);
                  }
                });
    ChannelFuture bound = tcp.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw refused(address, bound.cause());
    }
    door = bound.channel();
    bindPair(address.getAddress());
    var unused = group.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  private static RuntimeException refused(InetSocketAddress address, Throwable cause) {
    String host = address.getAddress().getHostAddress();
    String why =
        cause instanceof BindException
            ? "the port is taken, or the address is not this machine's; choose another with"
                + " rtsp:PORT"
            : String.valueOf(cause.getMessage());
    return new IllegalArgumentException(
        "rtsp: cannot listen on %s port %d: %s".formatted(host, address.getPort(), why), cause);
  }

  /** RTP has an even port, RTCP the odd one above it (RFC 3550, section 11). */
  private void bindPair(InetAddress address) throws RtspException {
    Bootstrap udp =
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            .option(ChannelOption.SO_SNDBUF, UDP_BUFFER)
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(UDP_BUFFER, 8 * UDP_BUFFER))
            .handler(new Reports());
    for (int i = 0; i < PAIRS_TRIED; i++) {
      ChannelFuture any = udp.bind(address, 0).awaitUninterruptibly();
      if (!any.isSuccess()) {
        break;
      }
      int port = ((InetSocketAddress) any.channel().localAddress()).getPort();
      int other = port ^ 1;
      ChannelFuture neighbour = udp.bind(address, other).awaitUninterruptibly();
      if (neighbour.isSuccess()) {
        boolean even = port < other;
        rtp = even ? any.channel() : neighbour.channel();
        rtcp = even ? neighbour.channel() : any.channel();
        return;
      }
      any.channel().close().awaitUninterruptibly();
    }
    throw new RtspException("rtsp: no two free UDP ports in a row");
  }

  /** Who comes too often is shut out before anything is set up for it. */
  private final class Door extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof SocketChannel arrived
          && arrived.remoteAddress() != null
          && crowd.rushes(arrived.remoteAddress().getAddress(), System.nanoTime())) {
        arrived.unsafe().closeForcibly();
        tell(arrived.remoteAddress().getAddress().getHostAddress() + " opens too many connections");
      } else {
        context.fireChannelRead(message);
      }
    }
  }

  /** Receiver reports over UDP; whatever else arrives there is nobody's. */
  @Sharable
  private final class Reports extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      for (Session session : sessions.values()) {
        if (session.reportsFrom(packet.sender())) {
          session.received(packet.content());
        }
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("UDP", cause);
    }
  }

  private void accept(SocketChannel channel) {
    Connection connection = new Connection(this, channel);
    channel
        .pipeline()
        .addLast(
            new Pace(limits.pace()),
            new Framing(limits),
            new RtspDecoder(limits.head(), limits.head(), limits.body()),
            new RtspEncoder(),
            connection);
    if (!crowd.admit(connection)) {
      connection.turnAway();
      tell("all connections are taken, those of " + connection.peer() + " are turned away");
    }
  }

  /** A line every ten seconds at most, however often it happens. */
  void tell(String what) {
    long now = System.nanoTime();
    if (now - told > TELL_EVERY_NANOS) {
      told = now;
      log.warn("RTSP: {}", what);
    }
  }

  private void sweep() {
    long now = System.nanoTime();
    for (Session session : Set.copyOf(sessions.values())) {
      if (session.silent(now, limits.silence().toNanos())) {
        log.debug("{}: a client has gone silent", session.stream().name());
        session.cutOff();
      }
    }
    crowd.sweep(now);
  }

  /** Where it listens, with the port that it got. */
  InetSocketAddress address() {
    return (InetSocketAddress) Objects.requireNonNull(door).localAddress();
  }

  /** For the address that people type; one that means all is shown as this machine's own. */
  String authority() {
    InetSocketAddress address = address();
    InetAddress host = address.getAddress();
    String shown =
        host.isAnyLocalAddress()
            ? "127.0.0.1"
            : host.getHostAddress().indexOf(':') < 0
                ? host.getHostAddress()
                : "[" + host.getHostAddress() + "]";
    return shown + ":" + address.getPort();
  }

  RtspStream add(String name, Runnable closed) {
    if (!name.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException(
          "a stream's name has letters, digits, '.', '_' and '-', found '" + name + "'");
    }
    RtspStream stream = new RtspStream(this, name, random.nextLong() >>> 1, closed);
    if (streams.putIfAbsent(name, stream) != null) {
      throw new IllegalArgumentException(
          "rtsp: two streams are called '" + name + "'; name one with rtsp/NAME");
    }
    return stream;
  }

  /** Returns when its clients are told. */
  void remove(RtspStream stream) {
    streams.remove(stream.name(), stream);
    try {
      group
          .submit(() -> stream.sessions().forEach(Session::cutOff))
          .awaitUninterruptibly(1, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("closed already", e);
    }
  }

  void execute(Runnable task) {
    try {
      group.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("closed already", e);
    }
  }

  // What follows belongs to the server's thread.

  RtspLimits limits() {
    return limits;
  }

  SecureRandom random() {
    return random;
  }

  Optional<Login> login() {
    return login;
  }

  @Nullable RtspStream stream(String name) {
    return streams.get(name);
  }

  Guesses guesses() {
    return guesses;
  }

  /** Whether there is no room for one more session of this network. */
  boolean full(InetAddress network) {
    return sessions.size() >= limits.sessions()
        || sessions.values().stream().filter(s -> s.isOf(network)).count() >= limits.share();
  }

  void begun(Session session) {
    sessions.put(session.id(), session);
  }

  void ended(Session session) {
    sessions.remove(session.id());
  }

  void gone(Connection connection) {
    crowd.gone(connection);
  }

  Channel rtp() {
    return Objects.requireNonNull(rtp);
  }

  Channel rtcp() {
    return Objects.requireNonNull(rtcp);
  }

  /** Not from the server's own thread. */
  @Override
  public void close() {
    if (door != null) {
      door.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
