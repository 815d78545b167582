package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mien.frame.Frame;
import dev.mien.source.ConnectionState.State;
import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a live source tells of itself while another thread reads it. */
@Timeout(60)
@SuppressWarnings("try") // Closed while another thread reads is what is tested.
final class ConnectionStateTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Deadlines LIMITS = new Deadlines(5 * SECOND, 2 * SECOND, SECOND / 2);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @SuppressWarnings("NullAway.Init")
  private byte[] clip;

  @BeforeEach
  void film() throws Exception {
    clip = Clips.bytes(Clips.pattern(folder.resolve("clip.ts"), 4));
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static Source patient(String url) {
    return Reconnecting.patient("cam", life -> AvSource.network("cam", url, life), LIMITS);
  }

  private Future<?> reading(Source source) {
    return threads.submit(
        () -> {
          for (Frame frame = source.read(); frame != null; frame = source.read()) {
            frame.close();
          }
          return null;
        });
  }

  private static ConnectionState await(Source source, State wanted) {
    ConnectionState link = source.link();
    while (link.state() != wanted) {
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      LockSupport.parkNanos(1_000_000);
      link = source.link();
    }
    return link;
  }

  @Test
  @DisplayName("R03, R04: up, stalled, retrying and up again, each with its reason")
  void aLife() throws Exception {
    Instant begin = Instant.now().minusSeconds(1);
    try (Served served =
            Served.with(
                (client, number) -> {
                  Served.live(client);
                  client.getOutputStream().write(clip);
                  int unused = client.getInputStream().read(); // Silent until the other side goes.
                });
        Source source = patient(served.url("http"))) {
      ConnectionState first = source.link();
      assertThat(first.state()).isEqualTo(State.CONNECTING);
      assertThat(first.since()).isAfter(begin);
      Future<?> end = reading(source);
      assertThat(await(source, State.UP).reason()).isEqualTo("mpeg2video 320x240");
      ConnectionState stalled = await(source, State.STALLED);
      assertThat(stalled.reason()).matches("no picture for \\d\\.\\d s");
      assertThat(stalled.since()).isAfterOrEqualTo(first.since());
      ConnectionState retrying = await(source, State.RETRYING);
      assertThat(retrying.reason()).isEqualTo("gave no picture for 2 s");
      assertThat(retrying.since()).isAfter(stalled.since());
      assertThat(await(source, State.UP).reconnects()).isPositive();
      source.close();
      end.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  @DisplayName("R04: a service begins while the camera is away, and sees it come")
  void awayAtFirst() throws Exception {
    int port;
    try (Served nobody = Served.silent()) {
      port = nobody.port();
    }
    String url = "http://user:gehe1m@127.0.0.1:%d/cam".formatted(port);
    try (Source source = patient(url)) {
      Future<?> end = reading(source);
      ConnectionState away = await(source, State.RETRYING);
      assertThat(away.reason()).contains("Connection refused").doesNotContain("gehe1m");
      try (Served served =
          Served.on(
              port,
              (client, number) -> {
                Served.live(client);
                client.getOutputStream().write(clip);
                client.getInputStream().read();
              })) {
        assertThat(await(source, State.UP).since()).isAfter(away.since());
        assertThat(served.connections()).isEqualTo(1);
        source.close();
        end.get(30, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  @DisplayName("R11: a refused password is a state of its own, and not tried again soon")
  void refused() throws Exception {
    try (Served served = Served.with(Served.saying("HTTP/1.1 403 Forbidden\r\n\r\n"));
        Source source = patient(served.url("http"))) {
      Future<?> end = reading(source);
      ConnectionState refused = await(source, State.REFUSED);
      assertThat(refused.reason()).endsWith("user or password were not accepted (401/403)");
      assertThat(refused.reason()).doesNotContain("gehe1m");
      assertThatExceptionOfType(java.util.concurrent.TimeoutException.class)
          .isThrownBy(() -> end.get(3, TimeUnit.SECONDS));
      assertThat(served.connections()).isEqualTo(1);
      source.close();
      end.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  @DisplayName("one attempt at a time, though a look-up outlasts every limit; close does not wait")
  void oneAttempt() throws Exception {
    java.util.concurrent.Semaphore attempts = new java.util.concurrent.Semaphore(0);
    java.util.concurrent.CountDownLatch never = new java.util.concurrent.CountDownLatch(1);
    Attempt.Opener hanging =
        life -> {
          attempts.release();
          try {
            never.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          throw new SourceException(Reason.UNREACHABLE, "late");
        };
    try (Source source =
        Reconnecting.patient("cam", hanging, new Deadlines(SECOND / 10, SECOND, SECOND))) {
      Future<?> end = reading(source);
      assertThat(await(source, State.RETRYING).reason()).isEqualTo("no connection within 0.1 s");
      assertThatExceptionOfType(java.util.concurrent.TimeoutException.class)
          .isThrownBy(() -> end.get(2, TimeUnit.SECONDS));
      assertThat(attempts.availablePermits()).isEqualTo(1);
      source.close();
      end.get(30, TimeUnit.SECONDS);
    } finally {
      never.countDown();
    }
  }

  @Test
  @DisplayName("R04, R05: a connection that comes about late is used, and closed with the source")
  void late() throws Exception {
    java.util.concurrent.atomic.AtomicInteger attempts =
        new java.util.concurrent.atomic.AtomicInteger();
    java.util.concurrent.CountDownLatch closed = new java.util.concurrent.CountDownLatch(1);
    java.util.concurrent.CountDownLatch given = new java.util.concurrent.CountDownLatch(1);
    Source[] outer = new Source[1];
    Source opened =
        new Source() {
          @Override
          public String name() {
            return "cam";
          }

          @Override
          public Pace pace() {
            return Pace.LIVE;
          }

          @Override
          public @Nullable Frame read() {
            return null; // The stream has ended, and it is to be opened again.
          }

          @Override
          public void close() {
            closed.countDown();
          }
        };
    Attempt.Opener slow =
        life -> {
          if (attempts.incrementAndGet() > 1) {
            throw new SourceException(Reason.UNREACHABLE, "enough");
          }
          await(outer[0], State.RETRYING);
          given.countDown();
          return opened;
        };
    try (Source source =
        Reconnecting.patient("cam", slow, new Deadlines(SECOND / 10, SECOND, SECOND))) {
      outer[0] = source;
      Future<?> end = reading(source);
      assertThat(given.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(closed.await(60, TimeUnit.SECONDS)).as("taken, read to its end, closed").isTrue();
      source.close();
      end.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  @DisplayName("R01, R04: one camera opens while another never answers, and a stop ends the wait")
  void besideABlackHole() throws Exception {
    Deadlines unhurried = new Deadlines(600 * SECOND, 600 * SECOND, SECOND);
    try (Served hole = Served.silent();
        Served camera =
            Served.with(
                (client, number) -> {
                  Served.live(client);
                  client.getOutputStream().write(clip);
                  client.getInputStream().read(); // Until the other side goes.
                });
        Source waiting =
            Reconnecting.patient(
                "hole", life -> AvSource.network("hole", hole.url("rtsp"), life), unhurried);
        Source source = patient(camera.url("http"))) {
      Future<?> end = reading(waiting);
      while (hole.connections() == 0) {
        LockSupport.parkNanos(1_000_000);
      }
      Future<?> other = reading(source);
      await(source, State.UP);
      assertThat(waiting.link().state()).isEqualTo(State.CONNECTING);
      waiting.close();
      end.get(30, TimeUnit.SECONDS);
      source.close();
      other.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  @DisplayName("wrapped sources tell the link of what they wrap; a pattern has a steady one")
  void wrapped() throws Exception {
    try (Served served =
            Served.with(
                (client, number) -> {
                  Served.live(client);
                  client.getOutputStream().write(clip);
                  client.getInputStream().read();
                });
        Source looped = new Looped(new SourceAddress.Network(served.url("http")), "cam");
        Source pattern = SourceAddress.parse("pattern:").open()) {
      Objects.requireNonNull(looped.read()).close();
      assertThat(looped.link().state()).isEqualTo(State.UP);
      assertThat(pattern.link()).isEqualTo(ConnectionState.STEADY);
    }
  }
}
