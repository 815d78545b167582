package dev.mien.rtsp;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream that is kept at a server elsewhere. A thread of its own connects, sends, and connects
 * again when the server is lost: who publishes never waits. What cannot be sent is lost, up to the
 * next key frame, and counted.
 *
 * <p>It is announced with the first picture; one of another size is announced anew.
 */
public final class RtspPublication implements Outgoing {
  private static final Logger log = LoggerFactory.getLogger(RtspPublication.class);

  /** Pictures that wait: what is older than two seconds nobody wants to see live. */
  private static final int CAPACITY = 60;

  private static final long SECOND = 1_000_000_000L;
  private static final long PAUSE = SECOND;

  /** For what is away this long nobody waits by the second. */
  private static final long LONG_GONE = 600 * SECOND;

  private static final long LONG_PAUSE = 5 * SECOND;
  private static final long FIRST_REFUSAL = 30 * SECOND;
  private static final long LONGEST_REFUSAL = 900 * SECOND;
  private static final long TELL_SLOW_EVERY = 60 * SECOND;
  private static final long LOOK_MILLIS = 250;

  /**
   * How it is.
   *
   * @param delivered pictures that the server has taken
   * @param lost pictures that it has not, and will not
   * @param trouble why it takes none, in one line; empty where it does, or is about to be asked
   * @param refused whether that is because user or password were not accepted
   */
  public record State(long delivered, long lost, String trouble, boolean refused) {}

  private final String address;
  private final String shown;
  private final String name;
  private final boolean patient;
  private final Thread thread;

  private final Object lock = new Object();
  private final ArrayDeque<Unit> queue = new ArrayDeque<>();
  private @Nullable Unit first;
  private @Nullable Publisher connection;

  /** Whether pictures are queued: it is connected, or about to be. */
  private boolean taking = true;

  private boolean waitsForKey = true;
  private long delivered;
  private long lost;
  private String trouble = "";
  private boolean refused;
  private int refusals;
  private boolean everUp;
  private long downSince = Long.MIN_VALUE;

  /** When it was last connected. */
  private long lostBefore;

  private long toldSlow = Long.MIN_VALUE;
  private boolean closed;

  /**
   * @param address {@code rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH}
   * @param shown the same without user and password
   * @param name of the stream, for people
   * @param patient whether a server that does not accept user or password is asked again later
   */
  public RtspPublication(String address, String shown, String name, boolean patient) {
    this.patient = patient;
    this.address = address;
    this.shown = shown;
    this.name = name;
    thread = new Thread(this::run, "mien-push-" + shown);
    thread.setDaemon(true);
    thread.start();
  }

  /** Before the first picture too, for it is announced with one. */
  @Override
  public boolean watched() {
    synchronized (lock) {
      return taking || first == null;
    }
  }

  @Override
  public boolean keyWanted() {
    synchronized (lock) {
      return taking && waitsForKey;
    }
  }

  @Override
  public void publish(byte[] annexB, long time) {
    // Without the delimiter behind it, which is for players.
    Unit unit = Unit.of(annexB, time, false);
    synchronized (lock) {
      if (closed) {
        return;
      }
      if (unit.key()) {
        first = unit;
      }
      if (!taking || (waitsForKey && !unit.key())) {
        lost++;
        return;
      }
      if (queue.size() >= CAPACITY) {
        overflow();
        lost++;
        return;
      }
      waitsForKey = false;
      queue.add(unit);
      lock.notifyAll();
    }
  }

  @Override
  public void skipped() {
    synchronized (lock) {
      lost++;
    }
  }

  private void overflow() {
    lost += queue.size();
    queue.clear();
    waitsForKey = true;
    long now = System.nanoTime();
    if (connection == null) {
      return;
    }
    if (toldSlow == Long.MIN_VALUE || now - toldSlow > TELL_SLOW_EVERY) {
      toldSlow = now;
      log.warn("{}: takes the pictures more slowly than they come; some are lost", shown);
    }
  }

  public State state() {
    synchronized (lock) {
      long now = connection == null ? 0 : connection.delivered();
      return new State(delivered + now, lost, trouble, refused);
    }
  }

  private void run() {
    try {
      while (awaitFirst()) {
        try {
          connectAndSend();
        } catch (RtspException e) {
          if (!down(e)) {
            return;
          }
          pause();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitFirst() throws InterruptedException {
    synchronized (lock) {
      while (first == null && !closed) {
        lock.wait();
      }
      return !closed;
    }
  }

  private void connectAndSend() throws RtspException, InterruptedException {
    List<byte[]> parameterSets;
    synchronized (lock) {
      Unit known = first;
      if (known == null) {
        return;
      }
      parameterSets = known.parameterSets();
    }
    try (Publisher publisher = new Publisher(new Dialogue(address), parameterSets)) {
      publisher.open(name);
      up(publisher);
      try {
        send(publisher);
      } finally {
        left(publisher);
      }
    }
  }

  /** Until the stream is closed, or has to be announced anew. */
  private void send(Publisher publisher) throws RtspException, InterruptedException {
    while (true) {
      Unit unit;
      synchronized (lock) {
        if (queue.isEmpty() && !closed) {
          lock.wait(LOOK_MILLIS);
        }
        unit = queue.peek();
        if (unit == null && closed) {
          break;
        }
      }
      publisher.check();
      if (unit == null) {
        publisher.askWhereDue();
      } else if (publisher.fits(unit)) {
        publisher.send(unit);
        synchronized (lock) {
          queue.poll();
        }
      } else {
        break;
      }
    }
    publisher.close();
  }

  private void up(Publisher publisher) {
    synchronized (lock) {
      connection = publisher;
      taking = true;
      waitsForKey = queue.isEmpty();
      refusals = 0;
      refused = false;
      if (!trouble.isEmpty()) {
        long seconds = (System.nanoTime() - downSince) / SECOND;
        log.info(
            "{}: takes the pictures{}, after {} s; {} were lost",
            shown,
            everUp ? " again" : "",
            seconds,
            lost - lostBefore);
      } else if (!everUp) {
        log.info("{}: takes the pictures", shown);
      }
      trouble = "";
      everUp = true;
    }
  }

  /** What was handed over and not taken is lost; what still waits is kept for the next one. */
  private void left(Publisher publisher) {
    synchronized (lock) {
      connection = null;
      delivered += publisher.delivered();
      lostBefore = lost;
      lost += publisher.sent() - publisher.delivered();
    }
  }

  /** Whether it is to be tried again. */
  private boolean down(RtspException why) {
    synchronized (lock) {
      lost += queue.size();
      queue.clear();
      taking = false;
      waitsForKey = true;
      boolean news = trouble.isEmpty();
      if (news) {
        downSince = System.nanoTime();
      }
      if (why.refused()) {
        refusals++;
      }
      boolean again = patient || !why.refused();
      if ((news || (why.refused() && !refused)) && !closed && again) {
        log.warn("{}: the pictures are not taken: {}; tried again", shown, why.getMessage());
      }
      refused = why.refused();
      trouble = why.getMessage();
      return again;
    }
  }

  private void pause() throws InterruptedException {
    synchronized (lock) {
      long pause = System.nanoTime() - downSince > LONG_GONE ? LONG_PAUSE : PAUSE;
      if (refused) {
        pause = Math.min(FIRST_REFUSAL << Math.min(refusals - 1, 10), LONGEST_REFUSAL);
      }
      // Half to one and a half of it, so that neighbours do not come at once.
      pause = (long) (pause * (0.5 + ThreadLocalRandom.current().nextDouble()));
      long end = System.nanoTime() + pause;
      for (long left = pause; left > 0 && !closed; left = end - System.nanoTime()) {
        lock.wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
      }
    }
  }

  /**
   * Sends what waits and says good-bye, for so long at most; what is then under way is given up.
   */
  public void close(long millis) {
    Publisher open;
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (lock) {
      open = connection;
    }
    if (open != null) {
      open.abort();
    }
    thread.interrupt();
  }

  @Override
  public void close() {
    close(1_000);
  }
}
