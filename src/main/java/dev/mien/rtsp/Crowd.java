package dev.mien.rtsp;

import dev.mien.access.Allowance;
import dev.mien.access.Networks;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The open connections, oldest first, and who has to make room for a new one. It belongs to the
 * server's thread.
 */
final class Crowd {
  private static final int ARRIVALS_A_SECOND = 64;
  private static final int ARRIVALS_AT_ONCE = 256;
  private static final int REMEMBERED = 1024;

  private final RtspLimits limits;
  private final Set<Connection> open = new LinkedHashSet<>();
  private final Map<InetAddress, Allowance> arrivals =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Allowance> eldest) {
          return size() > REMEMBERED;
        }
      };

  Crowd(RtspLimits limits) {
    this.limits = limits;
  }

  /** Whether one address opens connections faster than one can be expected to. */
  boolean rushes(InetAddress address, long now) {
    Allowance allowance =
        arrivals.computeIfAbsent(
            Networks.of(address), a -> new Allowance(ARRIVALS_A_SECOND, most(), now));
    if (allowance.waitFor(1, now) > 0) {
      return true;
    }
    allowance.take(1, now);
    return false;
  }

  /** Players that all come back at once are not shut out. */
  private double most() {
    return Math.max(ARRIVALS_AT_ONCE, 4 * limits.share());
  }

  /**
   * Takes a connection in. Where its address has its share, or all places are taken, the oldest
   * connection without a session goes for it: of its own address, or of that which has most of
   * them.
   *
   * @return false if there is none
   */
  boolean admit(Connection newcomer) {
    List<Connection> own = open.stream().filter(c -> c.isOf(newcomer.network())).toList();
    if (own.size() >= limits.share() && !dismiss(own)) {
      return false;
    }
    if (open.size() >= limits.connections() && !dismiss(mostIdle())) {
      return false;
    }
    return open.add(newcomer);
  }

  private Collection<Connection> mostIdle() {
    Map<InetAddress, List<Connection>> idle =
        open.stream()
            .filter(Connection::idle)
            .collect(
                Collectors.groupingBy(
                    Connection::network, LinkedHashMap::new, Collectors.toList()));
    List<Connection> most = List.of();
    for (List<Connection> each : idle.values()) {
      most = each.size() > most.size() ? each : most;
    }
    return most;
  }

  /** The oldest that has no session. */
  private boolean dismiss(Collection<Connection> some) {
    for (Connection one : some) {
      if (one.idle()) {
        open.remove(one);
        one.close();
        return true;
      }
    }
    return false;
  }

  void gone(Connection connection) {
    open.remove(connection);
  }

  void sweep(long now) {
    new ArrayList<>(open).forEach(c -> c.sweep(now));
  }
}
