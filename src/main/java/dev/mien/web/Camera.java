package dev.mien.web;

import dev.mien.face.Face;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.ObservationJson;
import dev.mien.sink.Picture;
import dev.mien.sink.Sink;
import dev.mien.source.ConnectionState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One source on the page. Who wants a picture asks for the {@linkplain #next next frame} when it is
 * done with the one before, so a slow viewer gets fewer frames and never older ones, and nothing is
 * kept for it. A picture is coded once for all who wait for it, and not at all when nobody does.
 */
final class Camera implements Sink {
  private static final int JPEG_QUALITY = 85;
  private static final int KEPT = 8;
  private static final int REMEMBERED = 4096;
  private static final double SECOND = 1e9;
  private static final long PACE_OVER = 2_000_000_000L;

  /** A frame that is older than this, and than four times their usual distance, says nothing. */
  private static final long FRESH_NANOS = 10_000_000_000L;

  private record Waiting(boolean picture, CompletableFuture<Glimpse> answer) {}

  private final String name;
  private final Executor executor;
  private final Consumer<Camera> whenClosed;
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final Map<Consumer<Glimpse>, Runnable> followers = new ConcurrentHashMap<>();
  private final Shares shares = new Shares();

  /** When each face was first seen: nanoseconds of the stream, by id. */
  private final Map<Long, Long> firstSeen =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Timestamps of the last two seconds. */
  private final Deque<Long> times = new ArrayDeque<>();

  /** The last pictures that were asked for one by one, by frame. */
  private final Map<Long, byte[]> kept =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
          return size() > KEPT;
        }
      };

  private @Nullable Observation newest;
  private long newestAt;
  private long distance;
  private volatile @Nullable Supplier<ConnectionState> link;
  private boolean closed;

  /**
   * @param executor where viewers are served, so that none of them holds the sink
   */
  Camera(String name, Executor executor, Consumer<Camera> whenClosed) {
    this.name = name;
    this.executor = executor;
    this.whenClosed = whenClosed;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Want wants() {
    return waiting.stream().anyMatch(Waiting::picture) ? Want.DRAWN : Want.NOTHING;
  }

  @Override
  public void write(Frame frame, Observation observation) {
    remember(observation);
    shares.add(observation);
    List<Waiting> served = new ArrayList<>();
    boolean picture = false;
    for (Waiting one : waiting) {
      if (!one.picture() || frame.hasPixels()) {
        served.add(one);
        picture |= one.picture();
      }
    }
    if (served.isEmpty() && followers.isEmpty()) {
      return;
    }
    byte @Nullable [] jpeg = picture ? Picture.jpeg(frame, JPEG_QUALITY) : null;
    Glimpse glimpse = new Glimpse(observation, ObservationJson.of(observation), jpeg);
    for (Waiting one : served) {
      executor.execute(() -> one.answer().complete(glimpse));
    }
    followers.keySet().forEach(f -> f.accept(glimpse));
  }

  private synchronized void remember(Observation observation) {
    long now = observation.timestamp();
    distance = newest == null ? 0 : Math.max(0, now - newest.timestamp());
    newest = observation;
    newestAt = System.nanoTime();
    for (Face face : observation.faces()) {
      firstSeen.putIfAbsent(face.id(), now);
    }
    if (!times.isEmpty() && now < times.getLast()) {
      times.clear();
    }
    times.add(now);
    while (times.element() < now - PACE_OVER) {
      times.remove();
    }
  }

  /**
   * Asks for the next frame that comes.
   *
   * @param picture whether with its picture
   * @param seconds how long it may take
   * @param taker called once, by any thread; with null when none came
   */
  void next(boolean picture, long seconds, Consumer<@Nullable Glimpse> taker) {
    Waiting one = new Waiting(picture, new CompletableFuture<>());
    CompletableFuture<Glimpse> unused =
        one.answer()
            .orTimeout(seconds, TimeUnit.SECONDS)
            .whenComplete(
                (glimpse, failure) -> {
                  waiting.remove(one);
                  taker.accept(glimpse);
                });
    waiting.add(one);
    if (isClosed()) {
      one.answer().cancel(false);
    }
  }

  /**
   * Gives every frame from now on, without its picture where nobody else asked for it.
   *
   * @param end told when no more come
   */
  void follow(Consumer<Glimpse> tracker, Runnable end) {
    followers.put(tracker, end);
    if (isClosed()) {
      end.run();
    }
  }

  void unfollow(Consumer<Glimpse> tracker) {
    followers.remove(tracker);
  }

  List<Shares.Plot> plots() {
    return shares.plots();
  }

  /** The faces of the newest frame, counted; a label that was there once stays, with 0. */
  List<FaceCount> faces() {
    Map<FaceCount, Long> counts = new LinkedHashMap<>();
    for (Shares.Plot plot : plots()) {
      plot.labels().forEach(label -> counts.put(new FaceCount(name, plot.task(), label, 0), 0L));
    }
    counts.put(new FaceCount(name, "", "", 0), 0L);
    for (Face face : newestFaces()) {
      if (face.labels().isEmpty()) {
        counts.merge(new FaceCount(name, "", "", 0), 1L, Long::sum);
      }
      for (Face.Label label : face.labels()) {
        counts.merge(new FaceCount(name, label.task(), label.label(), 0), 1L, Long::sum);
      }
    }
    return counts.entrySet().stream()
        .map(e -> new FaceCount(name, e.getKey().task(), e.getKey().label(), e.getValue()))
        .toList();
  }

  private synchronized List<Face> newestFaces() {
    return newest == null || state() != ConnectionState.State.UP ? List.of() : newest.faces();
  }

  private long silent() {
    return System.nanoTime() - newestAt;
  }

  /** Frames may also stay away where the source itself is well: each of them may fail. */
  private ConnectionState.State state() {
    ConnectionState how = link == null ? null : link.get();
    ConnectionState.State state = how == null ? ConnectionState.State.UP : how.state();
    if (state != ConnectionState.State.UP) {
      return state;
    }
    return newest == null
        ? ConnectionState.State.CONNECTING
        : silent() > Math.max(FRESH_NANOS, 4 * distance) ? ConnectionState.State.STALLED : state;
  }

  /** Keeps this picture for a while, to be asked for by the number of its frame. */
  synchronized void keep(Glimpse glimpse) {
    if (glimpse.jpeg() != null) {
      kept.put(glimpse.observation().sequence(), glimpse.jpeg());
    }
  }

  synchronized byte @Nullable [] kept(long frame) {
    return kept.get(frame);
  }

  void link(Supplier<ConnectionState> newLink) {
    link = newLink;
  }

  /** What is known of it now: its state, and of its newest frame what is quick to say. */
  synchronized Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", name);
    Observation now = newest;
    ConnectionState.State state = state();
    facts.put("state", state.toString());
    ConnectionState how = link == null ? null : link.get();
    if (how != null && how.state() != ConnectionState.State.UP) {
      facts.put("since", how.since().toString());
    }
    if (how != null && how.state() != ConnectionState.State.UP && !how.reason().isEmpty()) {
      facts.put("reason", how.reason());
    } else if (state == ConnectionState.State.STALLED) {
      facts.put("reason", "no frame was observed for %d s".formatted(silent() / 1_000_000_000L));
    }
    if (now == null) {
      return facts;
    }
    facts.put("frame", now.sequence());
    facts.put("timestamp", now.timestamp());
    facts.put(
        "resolution",
        Map.of("width", now.resolution().width(), "height", now.resolution().height()));
    if (state != ConnectionState.State.UP) {
      return facts;
    }
    double passed = (times.getLast() - times.getFirst()) / SECOND;
    if (passed > 0) {
      facts.put("frames_per_second", Math.round(10 * (times.size() - 1) / passed) / 10.0);
    }
    List<Map<String, Object>> faces = new ArrayList<>();
    for (Face face : now.faces()) {
      long first = firstSeen.getOrDefault(face.id(), now.timestamp());
      double seconds = Math.max(0, now.timestamp() - first) / SECOND;
      faces.add(Map.of("id", face.id(), "seconds", Math.round(10 * seconds) / 10.0));
    }
    facts.put("faces", faces);
    return facts;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    whenClosed.accept(this);
    followers.values().forEach(Runnable::run);
    waiting.forEach(one -> executor.execute(() -> one.answer().cancel(false)));
  }
}
