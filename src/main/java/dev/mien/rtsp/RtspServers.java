package dev.mien.rtsp;

import dev.mien.access.Guesses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The servers of a run: one for each address, opened with its first stream and closed with its
 * last.
 *
 * <p>A server that is reached from other machines needs a user and a password: {@code
 * MIEN_RTSP_USER} and {@code MIEN_RTSP_PASSWORD}, or {@code MIEN_RTSP_LOGIN_FILE}, a file with one
 * line {@code USER:PASSWORD}.
 */
public final class RtspServers {
  private final Map<String, String> environment;
  private final RtspLimits limits;

  /** One for all servers, for they have one password. */
  private final Guesses guesses = new Guesses("the RTSP password");

  private final Map<InetSocketAddress, Open> open = new HashMap<>();

  private record Open(RtspServer server, int streams) {}

  /**
   * @param environment where user and password are looked up
   */
  public RtspServers(Map<String, String> environment) {
    this(environment, RtspLimits.USUAL);
  }

  RtspServers(Map<String, String> environment, RtspLimits limits) {
    this.environment = Map.copyOf(environment);
    this.limits = limits;
  }

  /**
   * Opens a stream; where its server does not run yet, that too.
   *
   * @param host the address of this machine to listen on
   * @param port 0 for any; it is then never shared
   * @param name letters, digits, '.', '_' and '-'
   * @throws IllegalArgumentException if the user can mend it: the port is taken, the address is not
   *     this machine's, the name is used already, or a password is needed
   */
  public synchronized RtspStream stream(String host, int port, String name) throws RtspException {
    InetSocketAddress address = resolve(host, port);
    Open shared = open.get(address);
    RtspServer server = shared == null ? start(host, address) : shared.server();
    // Where it says that it listens, "all addresses" may be written in another way.
    InetSocketAddress key = port == 0 ? server.address() : address;
    try {
      RtspStream stream = server.add(name, () -> release(key));
      open.put(key, new Open(server, shared == null ? 1 : shared.streams() + 1));
      return stream;
    } catch (IllegalArgumentException e) {
      if (shared == null) {
        server.close();
      }
      throw e;
    }
  }

  private static InetSocketAddress resolve(String host, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "rtsp: '" + host + "' is no address of this machine; leave it out for 127.0.0.1", e);
    }
  }

  private RtspServer start(String host, InetSocketAddress address) throws RtspException {
    Optional<Login> login = Login.of(environment);
    if (login.isEmpty() && !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "rtsp:%s: other machines reach this address, so a user and a password are needed;"
                  .formatted(host)
              + " set %s and %s, or %s".formatted(Login.USER, Login.PASSWORD, Login.FILE));
    }
    return RtspServer.open(address, login, guesses, limits);
  }

  private synchronized void release(InetSocketAddress address) {
    Open shared = open.get(address);
    if (shared == null) {
      return;
    }
    if (shared.streams() > 1) {
      open.put(address, new Open(shared.server(), shared.streams() - 1));
    } else {
      open.remove(address);
      shared.server().close();
    }
  }
}
