package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mien.frame.Frame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A push to servers of others, which stand still, die, come back, refuse or were never there. */
@Timeout(180)
final class RtspPushIT {
  private static final long FRAME_MS = 1000 / Feed.RATE;

  /** Against hanging only; what is awaited comes within seconds. */
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final Path folder;

  RtspPushIT(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeAll
  static void needsGStreamer() throws Exception {
    RtspPeersIT.needs(
        "/usr/bin/python3", "-c", "import gi; gi.require_version('GstRtspServer', '1.0')");
  }

  private Sink open(String url) throws IOException {
    return SinkAddress.parse(url).open(Footage.outlet(folder));
  }

  private static Delivery delivery(Sink sink) {
    Delivery delivery = sink.delivery();
    if (delivery == null) {
      throw new AssertionError("it sends nothing on");
    }
    return delivery;
  }

  private static void await(String what, BooleanSupplier come) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!come.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(10_000_000);
    }
  }

  @Test
  @DisplayName("R32: a push never waits for its target, and knows whether it takes the pictures")
  void knowsATargetThatStopsDiesAndComesBack() throws Exception {
    int port;
    Feed feed;
    Sink sink;
    try (Target first = new Target(folder, 0)) {
      port = first.port;
      sink = open(first.url("door:geheim@"));
      assertThat(sink.name()).doesNotContain("geheim");
      // Small pictures: what a stopped target takes of them fits into the kernel's buffers.
      feed = new Feed(sink, false);
      first.awaitFrames(20);
      await("the first are delivered", () -> delivery(sink).taken() > 20);
      assertThat(delivery(sink).trouble()).isEmpty();

      first.signal("STOP");
      await("that it is stopped", () -> !delivery(sink).trouble().isEmpty());
      Delivery stopped = delivery(sink);
      assertThat(stopped.trouble()).contains("does not take what it is sent");
      feed.await(Feed.RATE);
      assertThat(delivery(sink).taken()).isEqualTo(stopped.taken());
      assertThat(delivery(sink).lost()).isGreaterThan(stopped.lost());

      first.signal("CONT");
      first.awaitFrames(20);
      await("that it goes on", () -> delivery(sink).trouble().isEmpty());
    }
    await("that it is dead", () -> !delivery(sink).trouble().isEmpty());
    Delivery dead = delivery(sink);
    feed.await(2 * Feed.RATE);
    assertThat(delivery(sink).taken()).isEqualTo(dead.taken());
    assertThat(delivery(sink).lost()).isGreaterThanOrEqualTo(dead.lost() + Feed.RATE);
    try (feed;
        Target second = new Target(folder, port)) {
      second.awaitFrames(20);
      await("that it is back", () -> delivery(sink).trouble().isEmpty());
      await("that it takes them", () -> delivery(sink).taken() > dead.taken());
    }
    // Writing took what encoding takes; the limit only tells it from waiting for the server.
    assertThat(TimeUnit.NANOSECONDS.toMillis(feed.longest())).isLessThan(FRAME_MS * 40);
  }

  @Test
  void whileNoFrameComesThePictureThatSaysSoIsSent() throws Exception {
    try (Target target = new Target(folder, 0);
        Sink sink = open(target.url(""))) {
      target.awaitFrames(3); // None has come yet.
      write(sink, 0);
      target.drain();
      target.awaitFrames(6);
      assertThat(delivery(sink).trouble()).isEmpty();
    }
  }

  private static void write(Sink sink, long number) throws IOException {
    try (Frame frame = Footage.frame(number, number * 40 * Footage.MS, 320, 240)) {
      sink.write(frame, Footage.seen(frame));
    }
  }

  @Test
  void aSizeThatChangesIsAnnouncedAnew() throws Exception {
    try (Target target = new Target(folder, 0);
        Sink sink = open(target.url(""))) {
      write(sink, 0);
      target.awaitFrames(1);
      try (Frame frame = Footage.frame(1, 40 * Footage.MS, 160, 120)) {
        sink.write(frame, Footage.seen(frame));
      }
      target.awaitFrames(1);
      sink.finish();
      assertThat(delivery(sink).lost()).isZero();
      assertThat(delivery(sink).taken()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"digest", "basic"})
  void logsInByWhatTheServerOffers(String way) throws Exception {
    String[] login =
        way.equals("digest")
            ? new String[] {"door", "ge:he im", "digest"}
            : new String[] {"door", "ge:he im"};
    try (Target target = new Target(folder, 0, login)) {
      try (Sink sink = open(target.url("door:ge:he%20im@"))) {
        write(sink, 0);
        target.awaitFrames(1);
      }
      try (Sink sink = open(target.url("door:falsch@"))) {
        write(sink, 0);
        await("that it is refused", () -> !delivery(sink).trouble().isEmpty());
        assertThat(delivery(sink).trouble()).contains("not accepted").doesNotContain("falsch");
        assertThatThrownBy(sink::finish)
            .isInstanceOfSatisfying(
                SinkException.class,
                e -> assertThat(e.reason()).isEqualTo(SinkException.Reason.REFUSED));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nobody, nobody listens there",
    "path, no stream at this path (404)",
    "name, there is no host named nix.invalid",
    "silent, no answer within 5 s",
    "web, no RTSP"
  })
  void saysWhyNobodyTakesThePictures(String kind, String words) throws Exception {
    try (Target target = new Target(folder, 0);
        ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Web web = new Web()) {
      String url =
          switch (kind) {
            case "nobody" -> "rtsp://127.0.0.1:9/x";
            case "path" -> target.url("").replace("door", "nix");
            case "name" -> "rtsp://nix.invalid/x";
            case "silent" -> "rtsp://127.0.0.1:" + silent.getLocalPort() + "/x";
            default -> "rtsp://127.0.0.1:" + web.socket.getLocalPort() + "/x";
          };
      try (Sink sink = open(url)) {
        write(sink, 0);
        await(words, () -> !delivery(sink).trouble().isEmpty());
        assertThat(delivery(sink).trouble()).contains(words);
        assertThatThrownBy(sink::finish)
            .hasMessageStartingWith(url + ": ")
            .isInstanceOfSatisfying(
                SinkException.class,
                e -> assertThat(e.reason()).isEqualTo(SinkException.Reason.UNREACHABLE));
        assertThat(delivery(sink).lost()).isPositive();
        assertThat(delivery(sink).taken()).isZero();
      }
    }
  }

  /** A server of another kind, that answers once. */
  private static final class Web implements AutoCloseable {
    final ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());

    Web() throws IOException {
      Thread thread =
          new Thread(
              () -> {
                try (var peer = socket.accept()) {
                  peer.getOutputStream()
                      .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                  // Closed before anybody came.
                }
              });
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
