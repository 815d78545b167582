package dev.mien.rtsp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One stream of a server, at {@code rtsp://host:port/NAME}. What is published goes to every client
 * that plays it; a client that does not keep up loses pictures up to its next key frame.
 *
 * <p>Callable from any thread; no call waits for a client.
 */
public final class RtspStream implements Outgoing {
  /**
   * What was done so far.
   *
   * @param clients that have the stream set up
   * @param sent pictures, times the clients that got them
   * @param dropped pictures, times the clients that were too slow for them
   * @param lost packets that clients have reported missing
   */
  public record Stats(int clients, long sent, long dropped, long lost) {}

  private final RtspServer server;
  private final Runnable closed;
  private final String name;
  private final long id;
  private final List<Session> sessions = new ArrayList<>();
  private final AtomicInteger clients = new AtomicInteger();
  private final AtomicBoolean keyWanted = new AtomicBoolean();
  final AtomicLong sent = new AtomicLong();
  final AtomicLong dropped = new AtomicLong();
  final AtomicLong lost = new AtomicLong();
  private List<byte[]> parameterSets = List.of();

  RtspStream(RtspServer server, String name, long id, Runnable closed) {
    this.server = server;
    this.id = id;
    this.name = name;
    this.closed = closed;
  }

  public String name() {
    return name;
  }

  /** Where players find it. */
  public String url() {
    return "rtsp://" + server.authority() + "/" + name;
  }

  /** Whether a client has it set up: where nobody has, a picture need not even be encoded. */
  @Override
  public boolean watched() {
    return clients.get() > 0;
  }

  /** Whether a client waits for a key frame: it has just begun to play, or had fallen behind. */
  @Override
  public boolean keyWanted() {
    return keyWanted.get();
  }

  /**
   * Sends the next picture.
   *
   * @param annexB one access unit of H.264, every key frame with its parameter sets
   * @param time 90 kHz, later than the last
   */
  @Override
  public void publish(byte[] annexB, long time) {
    Unit unit = Unit.of(annexB, time);
    if (unit.key()) {
      keyWanted.set(false);
    }
    server.execute(() -> send(unit));
  }

  private void send(Unit unit) {
    if (!unit.parameterSets().isEmpty()) {
      parameterSets = unit.parameterSets();
    }
    sessions.forEach(s -> s.send(unit));
  }

  public Stats stats() {
    return new Stats(clients.get(), sent.get(), dropped.get(), lost.get());
  }

  /** Ends the stream for those who play it. */
  @Override
  public void close() {
    server.remove(this);
    closed.run();
  }

  // What follows belongs to the server's thread.

  void askForKey() {
    keyWanted.set(true);
  }

  void add(Session session) {
    sessions.add(session);
    clients.set(sessions.size());
  }

  void remove(Session session) {
    sessions.remove(session);
    clients.set(sessions.size());
  }

  List<Session> sessions() {
    return List.copyOf(sessions);
  }

  /** Never used before, for those who remember (RFC 8866, section 5.2). */
  long id() {
    return id;
  }

  List<byte[]> parameterSets() {
    return parameterSets;
  }
}
