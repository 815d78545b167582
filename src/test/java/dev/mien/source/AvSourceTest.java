package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mien.frame.Frame;
import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

/** Against real sockets. Upper limits of time are generous, for slow machines. */
@Timeout(60)
final class AvSourceTest {
  private static final long PATIENCE = 1_000_000_000L;
  private static final byte[] LIVE =
      "HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  /** What a test does with one who connects, and the how-manieth that is. */
  private interface Answer {
    void to(Socket client, int number) throws Exception;
  }

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger connections = new AtomicInteger();
  private final ServerSocket server;

  AvSourceTest() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    end.countDown();
    server.close();
    threads.shutdownNow();
  }

  private void go(Callable<?> task) {
    Future<?> unused = threads.submit(task);
  }

  private String serve(String scheme, Answer answer) {
    go(
        () -> {
          while (true) {
            Socket client = server.accept();
            int number = connections.getAndIncrement();
            go(
                () -> {
                  try (client) {
                    answer.to(client, number);
                  }
                  return null;
                });
          }
        });
    return "%s://user:gehe1m@127.0.0.1:%d/cam".formatted(scheme, server.getLocalPort());
  }

  private static void request(Socket client) throws IOException {
    int newlines = 0;
    while (newlines < 2) {
      int read = client.getInputStream().read();
      newlines = read == '\n' ? newlines + 1 : read == '\r' ? newlines : read < 0 ? 2 : 0;
    }
  }

  private static ConnectionSupervisor life(long patience) {
    return new ConnectionSupervisor(
        "cam", new Deadlines(30 * patience, patience, patience / 2), Level.DEBUG);
  }

  private static AvSource open(String url) throws IOException {
    return AvSource.network("cam", url, life(PATIENCE));
  }

  private static Source reconnecting(String url, long patience) throws IOException {
    return Reconnecting.open(
        "cam", life -> AvSource.network("cam", url, life), life(patience).limits());
  }

  private static SourceException failure(String url) {
    return failure(url, life(PATIENCE));
  }

  private static SourceException failure(String url, ConnectionSupervisor life) {
    SourceException e =
        catchThrowableOfType(
            SourceException.class,
            () -> {
              try (Source source = AvSource.network("cam", url, life)) {
                Clips.drain(source);
              }
            });
    assertThat(e).isNotNull();
    assertThat(e.getMessage()).doesNotContain("gehe1m").doesNotContain("\n");
    return e;
  }

  private byte[] transportStream() throws Exception {
    return Clips.bytes(Clips.pattern(folder.resolve("clip.ts"), 4));
  }

  @Test
  @DisplayName("R01: a host that accepts and never answers is given up in time")
  void silentHost() {
    for (String scheme : List.of("rtsp", "http")) {
      long before = System.nanoTime();
      SourceException e =
          failure(
              "%s://user:gehe1m@127.0.0.1:%d/cam".formatted(scheme, server.getLocalPort()),
              new ConnectionSupervisor(
                  "cam", new Deadlines(PATIENCE, PATIENCE, PATIENCE), Level.DEBUG));
      assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(e).hasMessageContaining("127.0.0.1").hasMessageContaining("within 1 s");
      assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(PATIENCE);
    }
  }

  @Test
  @DisplayName("R01: a port where nobody listens is told at once")
  void closedPort() throws IOException {
    server.close();
    for (String scheme : List.of("rtsp", "http")) {
      String url = "%s://user:gehe1m@127.0.0.1:%d/cam".formatted(scheme, server.getLocalPort());
      assertThat(failure(url).reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(failure(url)).hasMessageContaining("Connection refused");
    }
  }

  @Test
  @DisplayName("R01: a stream that stops in the middle is given up in time")
  void stalls() throws Exception {
    byte[] clip = transportStream();
    String url =
        serve(
            "http",
            (client, number) -> {
              request(client);
              client.getOutputStream().write(LIVE);
              client.getOutputStream().write(clip, 0, clip.length / 2);
              end.await();
            });
    try (Source source = open(url)) {
      assertThat(source.pace()).isEqualTo(Pace.LIVE);
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> Clips.drain(source))
          .withMessage("cam: gave no picture for 1 s")
          .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FAILED));
    }
  }

  @Test
  @DisplayName("R11: a refused password is a reason of its own, and tried once")
  void refused() {
    String url =
        serve(
            "http",
            (client, number) -> {
              request(client);
              client
                  .getOutputStream()
                  .write(
                      "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\n\r\n"
                          .getBytes(StandardCharsets.US_ASCII));
            });
    SourceException e = failure(url);
    assertThat(e.reason()).isEqualTo(Reason.REFUSED);
    assertThat(e).hasMessageEndingWith("/cam: user or password were not accepted (401/403)");
    assertThat(connections.get()).isLessThanOrEqualTo(2);
  }

  @Test
  @DisplayName("R03, R07: a cut stream is connected again; times only grow")
  void reconnects() throws Exception {
    byte[] clip = transportStream();
    String url =
        serve(
            "http",
            (client, number) -> {
              request(client);
              client.getOutputStream().write(LIVE);
              client.getOutputStream().write(clip, 0, clip.length / (number == 0 ? 2 : 1));
            });
    try (Source source = reconnecting(url, 5 * PATIENCE)) {
      List<Long> times = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        try (Frame frame = Objects.requireNonNull(source.read())) {
          assertThat(frame.sequence()).isEqualTo(i);
          times.add(frame.timestamp());
        }
      }
      assertThat(times).startsWith(0L).doesNotHaveDuplicates().isSorted();
      assertThat(connections.get()).isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  @DisplayName("R11: a password refused on reconnecting ends the source")
  void refusedLater() throws Exception {
    byte[] clip = transportStream();
    String url =
        serve(
            "http",
            (client, number) -> {
              request(client);
              OutputStream out = client.getOutputStream();
              if (number == 0) {
                out.write(LIVE);
                out.write(clip);
              } else {
                out.write("HTTP/1.1 403 Forbidden\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
              }
            });
    try (Source source = reconnecting(url, 5 * PATIENCE)) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> Clips.drain(source))
          .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
      assertThat(connections.get()).isEqualTo(2);
    }
  }

  /** 200 ms is promised; five times that allows for a busy machine. */
  private void closesSoon(Source source, CountDownLatch waiting) throws Exception {
    Future<?> reading =
        threads.submit(
            () -> {
              Clips.drain(source);
              return null;
            });
    waiting.await();
    source.close();
    reading.get(30, TimeUnit.SECONDS);
  }

  @Test
  @DisplayName("R19: close ends a waiting read")
  void closeWhileReading() throws Exception {
    byte[] clip = transportStream();
    String url =
        serve(
            "http",
            (client, number) -> {
              request(client);
              client.getOutputStream().write(LIVE);
              client.getOutputStream().write(clip);
              end.await();
            });
    CountDownLatch opened = new CountDownLatch(1);
    Source source = AvSource.network("cam", url, life(30_000_000_000L));
    opened.countDown();
    closesSoon(source, opened);
  }

  @Test
  @DisplayName("R19: close ends a reconnecting that waits for an answer")
  void closeWhileReconnecting() throws Exception {
    byte[] clip = transportStream();
    CountDownLatch again = new CountDownLatch(1);
    String url =
        serve(
            "http",
            (client, number) -> {
              request(client);
              if (number == 0) {
                client.getOutputStream().write(LIVE);
                client.getOutputStream().write(clip);
              } else {
                again.countDown();
                end.await();
              }
            });
    Source source = reconnecting(url, 30_000_000_000L);
    closesSoon(source, again);
  }

  @Test
  @DisplayName("R05: failed connections leave nothing behind")
  void failuresLeaveNothing() throws Exception {
    server.close();
    String url = "http://user:gehe1m@127.0.0.1:%d/cam".formatted(server.getLocalPort());
    failure(url);
    int threadsBefore = Thread.activeCount();
    long pointers = Pointer.totalCount();
    long files = count();
    for (int i = 0; i < 50; i++) {
      failure(url);
    }
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threadsBefore);
    assertThat(Pointer.totalCount() - pointers).as("native pointers").isLessThanOrEqualTo(5);
    assertThat(count() - files).as("open files").isLessThanOrEqualTo(2);
  }

  private static long count() throws IOException {
    try (java.util.stream.Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  @Test
  @DisplayName("what has no pictures is wrong input, not a camera that is away")
  void noVideo() throws Exception {
    Clips.ffmpeg("-f lavfi -i sine=d=3 %s/sound.ts", folder);
    Clips.ffmpeg("-f lavfi -i sine=d=3 %s/sound.mp4", folder);
    Files.writeString(folder.resolve("page.html"), "<html><body>Hello.</body></html>".repeat(99));
    for (String name : List.of("sound.ts", "sound.mp4", "page.html")) {
      byte[] body = Clips.bytes(folder.resolve(name));
      String head = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(body.length);
      for (boolean live : new boolean[] {false, true}) {
        if (live && name.equals("page.html")) {
          continue; // A connection that breaks off before anything is understood may come back.
        }
        try (ServerSocket one = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
          go(
              () -> {
                while (true) {
                  try (Socket client = one.accept()) {
                    request(client);
                    client
                        .getOutputStream()
                        .write(live ? LIVE : head.getBytes(StandardCharsets.US_ASCII));
                    client.getOutputStream().write(body);
                  }
                }
              });
          SourceException e = failure("http://127.0.0.1:%d/x".formatted(one.getLocalPort()));
          assertThat(e.reason()).as("%s, live %s: %s", name, live, e).isEqualTo(Reason.BAD_INPUT);
        }
      }
    }
  }
}
