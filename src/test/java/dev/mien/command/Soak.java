package dev.mien.command;

import dev.mien.rtsp.Caller;
import dev.mien.source.Clips;
import dev.mien.source.H264;
import dev.mien.source.Proxy;
import dev.mien.source.RtspCamera;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Months of a service in an hour: one program, looked at from outside, while frames, lost cameras,
 * reloads, changes of models and clients that never read come all at once and evenly.
 */
final class Soak implements AutoCloseable {
  /** Only against hanging. */
  static final long PATIENCE_NANOS = 300_000_000_000L;

  /** All of it is there from the start, so that memory that grows is not this. */
  static final String[] HEAP = {"-Xms160m", "-Xmx160m", "-XX:+AlwaysPreTouch"};

  /** With the compilers that {@code mien} has. */
  static final String[] AS_LAUNCHED = {HEAP[0], HEAP[1], HEAP[2], "-XX:TieredStopAtLevel=4"};

  private static final int CARDS = 4;
  private static final int SLOW_READERS = 4;

  /**
   * How much of each.
   *
   * @param frames that the cameras give
   * @param rate of the five small cameras, frames a second each
   * @param samples how often the program is looked at, the start included
   */
  record Plan(long frames, int rate, int reconnects, int swaps, int reloads, int samples) {}

  private final Path folder;
  private final Plan plan;
  private final Consumer<SoakSample> listener;
  private final RtspCamera camera;
  private final Proxy network;
  private final ServedProgram program;
  private final int streamPort = freePort();
  private final List<Closeable> clients = new ArrayList<>();

  /** Who changes something holds the one for reading; who takes a sample, the other. */
  private final ReentrantReadWriteLock change = new ReentrantReadWriteLock(true);

  private final Object turn = new Object();
  private final List<SoakSample> samples = new ArrayList<>();
  private final AtomicLong swaps = new AtomicLong();
  private final AtomicLong reloads = new AtomicLong();

  Soak(Path folder, Plan plan, Consumer<SoakSample> listener, String... options) throws Exception {
    this.folder = folder;
    this.plan = plan;
    this.listener = listener;
    Clips.ffmpeg(
        "-i %s -vf scale=160:-2,fps=10 -t 10 -an %s", Program.CLIP, folder.resolve("clip.mp4"));
    Clips.ffmpeg(
        "-f lavfi -i testsrc2=s=64x64:r=%d:d=20 -pix_fmt yuv420p %s",
        plan.rate(), folder.resolve("card.mp4"));
    camera = RtspCamera.start(0, H264.film(folder, "160x120", 1), new RtspCamera.Script());
    network = new Proxy(camera.port());
    int page = freePort();
    write(page, 0, 0);
    program = new ServedProgram(folder, page, options);
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * Other models each time that they are swapped, another test picture each time it is reloaded.
   */
  private void write(int page, long swap, long reload) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("models: {classify: [%s]}%n".formatted(swap % 2 == 0 ? "mask, emotion" : "mask"));
    text.append("page: http://127.0.0.1:%d%n".formatted(page));
    text.append("cameras:%n".formatted());
    text.append("  clip: {source: clip.mp4, loop: true, to: [out.mp4, out.jsonl]}%n".formatted());
    text.append(
        "  door: {source: 'rtsp://127.0.0.1:%d/cam', to: ['rtsp:%d/door']}%n"
            .formatted(URI.create(network.url()).getPort(), streamPort));
    for (int i = 0; i < CARDS; i++) {
      text.append("  card%d: {source: card.mp4, loop: true, to: [out.jsonl]}%n".formatted(i));
    }
    text.append(
        "  swing: {source: 'pattern:%s@%d', to: [out.mp4]}%n"
            .formatted(reload % 2 == 0 ? "64x64" : "96x64", plan.rate()));
    Path written = Files.writeString(folder.resolve("written.yaml"), text);
    Files.move(written, folder.resolve(ServedProgram.FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Something that is done so many times, evenly over the frames. */
  private interface Step {
    void run() throws Exception;
  }

  private CompletableFuture<Void> evenly(ExecutorService threads, int times, Step step) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            for (int i = 0; i < times; i++) {
              double due = (i + 0.5) / times * plan.frames();
              await("frame " + due, () -> program.frames() >= due);
              change.readLock().lock();
              try {
                step.run();
              } finally {
                change.readLock().unlock();
              }
            }
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        threads);
  }

  List<SoakSample> run() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      await("every camera is up", () -> program.up() == CARDS + 3);
      connectSlowClients();
      List<CompletableFuture<Void>> steps =
          List.of(
              evenly(threads, plan.reconnects(), this::cut),
              evenly(threads, plan.swaps(), () -> apply(swaps)),
              evenly(threads, plan.reloads(), () -> apply(reloads)),
              evenly(threads, 5 * plan.samples(), this::deleteOldRecordings));
      for (int i = 0; i < plan.samples(); i++) {
        long due = plan.frames() * i / (plan.samples() - 1);
        await(
            "frame " + due,
            () ->
                program.frames() >= due
                    || steps.stream().anyMatch(CompletableFuture::isCompletedExceptionally));
        if (i == plan.samples() - 1) {
          steps.forEach(CompletableFuture::join);
        }
        sample();
      }
      return samples;
    } finally {
      threads.shutdownNow();
    }
  }

  private void sample() throws Exception {
    change.writeLock().lock();
    try {
      await("every camera is up", () -> program.up() == CARDS + 3);
      connectSlowClients();
      SoakSample sample = program.sample(swaps.get(), reloads.get());
      samples.add(sample);
      listener.accept(sample);
    } finally {
      change.writeLock().unlock();
    }
  }

  /** The network is cut until the camera is missed; the service has to come back by itself. */
  private void cut() throws Exception {
    synchronized (turn) { // A camera that a reload opens anew is not one that came back.
      long before = program.reconnects();
      network.be(Proxy.Mode.CUT);
      await("the camera is missed", () -> program.up() < CARDS + 3);
      network.be(Proxy.Mode.PASS);
      await("the camera is back", () -> program.reconnects() > before);
    }
  }

  private void apply(AtomicLong what) throws Exception {
    synchronized (turn) {
      what.incrementAndGet();
      write(program.page(), swaps.get(), reloads.get());
      program.hangUp();
      await("every camera is up", () -> program.up() == CARDS + 3);
    }
  }

  /** They ask for pictures, observations and the stream, and take none. */
  private void connectSlowClients() throws Exception {
    for (Closeable client : clients) {
      client.close();
    }
    clients.clear();
    for (int i = 0; i < SLOW_READERS; i++) {
      String path = i % 2 == 0 ? "/live.mjpg?source=swing" : "/api/observations";
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), program.page());
      clients.add(socket);
      socket.setReceiveBufferSize(1 << 12);
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                  .formatted(path)
                  .getBytes(StandardCharsets.US_ASCII));
    }
    Caller player = new Caller(streamPort);
    clients.add(player::close);
    player.play("door");
  }

  /** All but the newest of each camera. */
  private void deleteOldRecordings() throws IOException {
    Map<String, List<Path>> recordings = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      recordings.putAll(
          files
              .filter(f -> f.getFileName().toString().matches("out-.*"))
              .collect(
                  Collectors.groupingBy(
                      f -> f.getFileName().toString().replaceAll("-\\d{8}.*\\.", "."))));
    }
    for (List<Path> runs : recordings.values()) {
      runs.sort(Comparator.reverseOrder());
      for (Path old : runs.subList(1, runs.size())) {
        Files.delete(old);
      }
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** A condition that is asked for again and again. */
  interface Condition {
    boolean holds() throws Exception;
  }

  private void await(String what, Condition condition) throws Exception {
    long from = System.nanoTime();
    long frames = program.frames();
    while (!condition.holds()) {
      if (program.frames() > frames) {
        frames = program.frames();
        from = System.nanoTime();
      } else if (System.nanoTime() - from > PATIENCE_NANOS) {
        throw new IllegalStateException("not in 300 s: " + what + "\n" + program.said());
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  /** Ends the service as systemd does, and gives its exit status. */
  int end() throws Exception {
    return program.end();
  }

  @Override
  public void close() throws IOException {
    program.close();
    for (Closeable client : clients) {
      client.close();
    }
    network.close();
    camera.close();
  }
}
