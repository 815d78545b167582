package dev.mien.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.annotate.Annotator;
import dev.mien.face.Observation;
import dev.mien.frame.Frame;
import dev.mien.sink.Sink;
import dev.mien.source.Pace;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How old a picture may be when a sink is handed it. */
@Timeout(60)
final class SinkQueueTest {
  private static final long MAX_AGE = 500;
  private static final Annotator NOTHING = (frame, observation) -> {};

  private final AtomicLong now = new AtomicLong();
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore go = new Semaphore(0);
  private final ConcurrentLinkedQueue<Long> written = new ConcurrentLinkedQueue<>();

  /** Writes when it is let. */
  private Sink sink(boolean shows) {
    return new Sink() {
      @Override
      public String name() {
        return "slow";
      }

      @Override
      public boolean shows() {
        return shows;
      }

      @Override
      public void write(Frame frame, Observation observation) {
        begun.release();
        go.acquireUninterruptibly();
        written.add(frame.sequence());
      }

      @Override
      public void close() {}
    };
  }

  private static void offer(SinkQueue queue, long number, long arrived)
      throws InterruptedException {
    try (Frame frame = new Frame(number, number, new Mat(8, 8, opencv_core.CV_8UC3))) {
      Observation seen = new Observation("door", number, number, frame.size(), List.of());
      try (Pictures pictures = new Pictures(frame, seen, null, NOTHING)) {
        queue.offer(pictures, Sink.Want.DRAWN, arrived);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"true, LIVE, false", "false, LIVE, true", "true, RECORDED, true"})
  void whatBecomesTooOldInTheQueueIsNotShown(boolean shows, Pace pace, boolean all)
      throws Exception {
    SinkQueue queue = new SinkQueue(sink(shows), pace, 1_000_000_000_000L, now::get);
    offer(queue, 0, 0);
    begun.acquire();
    offer(queue, 1, 0);
    offer(queue, 2, 2_000_000_000_000L);
    now.set(2_000_000_000_000L);
    go.release(3);
    queue.end();
    assertThat(written).containsExactlyElementsOf(all ? List.of(0L, 1L, 2L) : List.of(0L, 2L));
    assertThat(queue.stats().dropped()).isEqualTo(all ? 0 : 1);
  }

  @Test
  void whatASinkTakesForAPictureCountsToo() throws Exception {
    SinkQueue queue = new SinkQueue(sink(true), Pace.LIVE, MAX_AGE, now::get);
    go.release(3);
    offer(queue, 0, 0); // Takes some thousand nanoseconds of the real clock, which is too long.
    begun.acquire();
    offer(queue, 1, 0);
    queue.end();
    assertThat(written).contains(0L);
    assertThat(written.size() + queue.stats().dropped()).isEqualTo(2);
    assertThat(queue.stats().dropped()).isEqualTo(1);
  }
}
