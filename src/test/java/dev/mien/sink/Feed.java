package dev.mien.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mien.frame.Frame;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.opencv.opencv_core.Mat;

/** Gives a sink frames in real time until it is closed. */
final class Feed implements AutoCloseable {
  static final int RATE = 15;

  private static final int WIDTH = 320;
  private static final int HEIGHT = 240;

  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Sink sink;
  private final boolean noisy;
  private final Random random = new Random(4);
  private final Future<?> frames;
  private final AtomicLong longest = new AtomicLong();
  private final AtomicLong number = new AtomicLong();

  /**
   * @param noisy half of each picture is noise, so that it has some 60 kB
   */
  Feed(Sink sink, boolean noisy) {
    this.sink = sink;
    this.noisy = noisy;
    frames = clock.scheduleAtFixedRate(this::next, 0, 1_000_000_000L / RATE, TimeUnit.NANOSECONDS);
  }

  private void next() {
    long n = number.get();
    try (Frame frame = Footage.frame(n, Math.round(n * 1e9 / RATE), WIDTH, HEIGHT)) {
      if (noisy) {
        noise(frame.image());
      }
      long start = System.nanoTime();
      sink.write(frame, Footage.seen(frame));
      longest.accumulateAndGet(System.nanoTime() - start, Math::max);
      number.incrementAndGet();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void noise(Mat image) {
    byte[] bytes = new byte[WIDTH * HEIGHT * 3 / 2];
    random.nextBytes(bytes);
    image.data().put(bytes);
  }

  /** Waits for so many more frames. */
  void await(int more) {
    long until = number.get() + more;
    while (number.get() < until) {
      assertThat(frames.isDone()).as("the sink failed").isFalse();
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** For how long the sink has held a frame at most since this was asked last, in nanoseconds. */
  long longest() {
    return longest.getAndSet(0);
  }

  @Override
  public void close() {
    clock.shutdownNow();
    try {
      assertThat(clock.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sink.close();
  }
}
