package dev.mien.web;

import dev.mien.access.Places;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;

/** Closes the connections that an address has beyond its share. */
final class Callers implements Connection.Listener {
  private final Places places;
  private final Map<Connection, InetAddress> inside = new ConcurrentHashMap<>();

  Callers(Places places) {
    this.places = places;
  }

  @Override
  public void onOpened(Connection connection) {
    if (!(connection.getEndPoint().getRemoteSocketAddress() instanceof InetSocketAddress from)) {
      return;
    }
    if (places.take(from.getAddress())) {
      inside.put(connection, from.getAddress());
    } else {
      connection.getEndPoint().close();
    }
  }

  @Override
  public void onClosed(Connection connection) {
    InetAddress from = inside.remove(connection);
    if (from != null) {
      places.leave(from);
    }
  }
}
