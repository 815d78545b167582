package dev.mien.web;

import dev.mien.access.Places;
import dev.mien.sink.Sink;
import dev.mien.source.ConnectionState;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of the page. Each source is a {@linkplain #camera sink}; who looks costs the sources
 * nothing but the coding of one picture for all, and no thread waits for a viewer.
 */
public final class PageServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PageServer.class);
  private static final int THREADS = 8;
  private static final int CONNECTIONS = 256;
  private static final int STREAMS = 96;

  /** Of one address: all viewers may come through one proxy, which must still leave some free. */
  private static final int CONNECTIONS_SHARE = 192;

  private static final int STREAMS_SHARE = 64;
  private static final int HEADER_BYTES = 8 * 1024;
  private static final long IDLE_MILLIS = 30_000;
  private static final long BUSY_IDLE_MILLIS = 2_000;
  private static final long BEAT_SECONDS = 10;
  private static final byte[] BEAT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

  private final Map<String, Camera> cameras = new ConcurrentSkipListMap<>();
  private final Queue<Events> listeners = new ConcurrentLinkedQueue<>();
  private final Queue<Consumer<Camera>> joining = new ConcurrentLinkedQueue<>();
  private final String run = Access.secret();
  private final Places streams = new Places(STREAMS, STREAMS_SHARE);
  private final Server server;
  private final ServerConnector connector;
  private final QueuedThreadPool threads;
  private final boolean asks;

  /**
   * Starts to listen.
   *
   * @param host an address of this machine
   * @param port 0 for any that is free
   * @param token who does not know it is not let in; null: nobody is asked
   * @param routes what others answer here
   * @throws IllegalArgumentException if it cannot listen there
   */
  public static PageServer open(String host, int port, @Nullable String token, List<Route> routes)
      throws IOException {
    PageServer server = new PageServer(host, port, token, routes);
    try {
      server.start(host, port);
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private PageServer(String host, int port, @Nullable String token, List<Route> routes) {
    asks = token != null;
    threads = new QueuedThreadPool(THREADS, 1);
    threads.setName("mien-page");
    threads.setDaemon(true);
    threads.setReservedThreads(0);
    server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(host);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE_MILLIS);
    connector.setShutdownIdleTimeout(0);
    connector.addBean(new Callers(new Places(CONNECTIONS, CONNECTIONS_SHARE)));
    server.addConnector(connector);
    NetworkConnectionLimit limit = new NetworkConnectionLimit(CONNECTIONS, server);
    limit.setEndPointIdleTimeout(BUSY_IDLE_MILLIS);
    server.addBean(limit);
    Access door = new Access(host, token);
    server.setHandler(new Router(door, new Api(this), routes));
    server.setErrorHandler(new Refusals());
    server.setStopAtShutdown(false);
  }

  private void start(String host, int port) throws IOException {
    try {
      server.start();
    } catch (IOException | UnresolvedAddressException e) {
      throw refused(host, port, e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) { // Jetty's signature
      throw new IOException("the page cannot be started: " + e.getMessage(), e);
    }
    server.getScheduler().schedule(this::beat, BEAT_SECONDS, TimeUnit.SECONDS);
  }

  private static IllegalArgumentException refused(String host, int port, Exception e) {
    Throwable cause = e.getCause() instanceof BindException ? e.getCause() : e;
    String text = String.valueOf(cause.getMessage());
    String reason =
        text.contains("in use")
            ? "the port is taken by another program; name another"
            : text.contains("ermission")
                ? "no permission for this port; take one above 1023"
                : "this machine cannot listen at this address; expected one of its own";
    return new IllegalArgumentException("http://%s:%d: %s".formatted(host, port, reason), e);
  }

  /** A comment now and then shows that a reader is gone where no camera gives anything. */
  private void beat() {
    listeners.forEach(l -> l.offer(BEAT));
    if (server.isRunning()) {
      server.getScheduler().schedule(this::beat, BEAT_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Whether only this machine reaches it. */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** A token that nobody guesses. */
  public static String newToken() {
    return Access.secret();
  }

  /** Where it listens. */
  public int port() {
    return connector.getLocalPort();
  }

  /**
   * One more source on the page, until the sink is closed.
   *
   * @param name free of credentials
   * @throws IllegalArgumentException if there is one of this name
   */
  public Sink camera(String name) {
    Camera camera = new Camera(name, this::execute, c -> cameras.remove(c.name(), c));
    if (cameras.putIfAbsent(name, camera) != null) {
      throw new IllegalArgumentException("http: two sources are called '" + name + "'");
    }
    joining.forEach(j -> j.accept(camera));
    return camera;
  }

  /** Whether there is no source on it. */
  public boolean isIdle() {
    return cameras.isEmpty();
  }

  /** From now on the page says how this source is connected. */
  public void link(String name, Supplier<ConnectionState> link) {
    Camera camera = cameras.get(name);
    if (camera != null) {
      camera.link(link);
    }
  }

  /** What is in the newest frame of each camera. */
  public List<FaceCount> faces() {
    return cameras.values().stream().flatMap(c -> c.faces().stream()).toList();
  }

  /** Whether it asks for a token. */
  boolean asks() {
    return asks;
  }

  Map<String, Camera> cameras() {
    return cameras;
  }

  Queue<Events> listeners() {
    return listeners;
  }

  /** Who wants to hear of every new source. */
  Queue<Consumer<Camera>> joining() {
    return joining;
  }

  /** Another one for each start. */
  String run() {
    return run;
  }

  /** The places for long answers. */
  Places streams() {
    return streams;
  }

  void execute(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("the page is closed", e);
    }
  }

  @Override
  public void close() {
    listeners.forEach(Events::end);
    List.copyOf(cameras.values()).forEach(Camera::close);
    try {
      server.stop();
    } catch (Exception e) { // Jetty's signature
      log.warn("the page does not stop in good order: {}", e.getMessage());
      log.debug("stopping the page", e);
    }
  }
}
