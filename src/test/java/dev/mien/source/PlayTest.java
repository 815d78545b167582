package dev.mien.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.frame.Frame;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The test pattern, and what plays sources in time and again. */
@Timeout(60)
final class PlayTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @ParameterizedTest
  @CsvSource({"64, 64", "640, 360", "333, 777"})
  void countsAndDraws(int width, int height) throws Exception {
    try (Source pattern = new PatternSource("pattern", width, height, 25, 200L)) {
      for (int i = 0; i < 200; i++) {
        try (Frame frame = Objects.requireNonNull(pattern.read())) {
          assertThat(PatternSource.readCounter(frame)).hasValue(i);
          assertThat(frame.timestamp()).isEqualTo(i * 40_000_000L);
        }
      }
      assertThat(pattern.read()).isNull();
    }
  }

  @Test
  void whatIsNoPatternHasNoCounter() throws Exception {
    try (Source film = Clips.open(Clips.DEMO);
        Frame frame = Objects.requireNonNull(film.read())) {
      assertThat(PatternSource.readCounter(frame)).isEmpty();
    }
  }

  @Test
  void pacedComesWhenDue() throws Exception {
    long before = System.nanoTime();
    try (Source paced = new Paced(new PatternSource("pattern", 64, 64, 50, 11L))) {
      assertThat(paced.pace()).isEqualTo(Pace.LIVE);
      assertThat(Clips.drain(paced)).hasSize(11);
    }
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(200_000_000L);
  }

  @Test
  @DisplayName("R19: close ends a wait for the time of a frame")
  void pacedCloses() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    Source paced = new Paced(new PatternSource("pattern", 64, 64, 0.01, 3L));
    try {
      Objects.requireNonNull(paced.read()).close();
      CountDownLatch started = new CountDownLatch(1);
      Future<List<Long>> rest =
          threads.submit(
              () -> {
                started.countDown();
                return Clips.drain(paced);
              });
      started.await();
      paced.close();
      assertThat(rest.get(30, TimeUnit.SECONDS)).isEmpty();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  @SuppressWarnings("try") // To be closed early is what is tested.
  void loopedGoesOn() throws Exception {
    Path film = Clips.pattern(folder.resolve("film.mp4"), 1);
    try (Source looped = new Looped(new SourceAddress.Video(film), "film")) {
      List<Long> times = new ArrayList<>();
      for (int i = 0; i < 80; i++) {
        try (Frame frame = Objects.requireNonNull(looped.read())) {
          assertThat(frame.sequence()).isEqualTo(i);
          times.add(frame.timestamp());
        }
      }
      for (int i = 0; i < 80; i++) {
        assertThat(times.get(i)).isEqualTo(i * 40_000_000L);
      }
      looped.close();
      assertThat(looped.read()).isNull();
    }
  }
}
