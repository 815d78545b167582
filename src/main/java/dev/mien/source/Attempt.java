package dev.mien.source;

import dev.mien.source.SourceException.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One try to open a source, on a thread of its own: who waits for it can leave, while a name server
 * or a driver keeps that thread.
 */
final class Attempt {
  /** Opens a source whose frames go on where the timeline is. */
  @FunctionalInterface
  interface Opener {
    Source open(ConnectionSupervisor life) throws IOException;
  }

  private final String name;
  private final long limit;
  private final CompletableFuture<Source> opened = new CompletableFuture<>();

  private Attempt(String name, long limit) {
    this.name = name;
    this.limit = limit;
  }

  static Attempt start(String name, Opener opener, ConnectionSupervisor life) {
    // FFmpeg is told the limit itself; a little more lets its own words arrive.
    Attempt attempt = new Attempt(name, life.limits().opening() * 105 / 100);
    Thread thread = new Thread(() -> attempt.run(opener, life), "mien-open " + name);
    thread.setDaemon(true);
    thread.start();
    return attempt;
  }

  private void run(Opener opener, ConnectionSupervisor life) {
    try {
      Source source = opener.open(life);
      if (!opened.complete(source)) {
        source.close();
      }
    } catch (IOException | RuntimeException | Error e) {
      opened.completeExceptionally(e);
    }
  }

  /** Whether it came to a bad end, or was cancelled. */
  boolean failed() {
    return opened.isCompletedExceptionally();
  }

  /** Nobody wants it any more; what it has opened, or still opens, is closed. */
  void cancel() {
    if (!opened.cancel(false) && !failed()) {
      opened.join().close();
    }
  }

  /**
   * The open source, which the caller then owns. At the time limit it throws, but the attempt goes
   * on and may be awaited again.
   *
   * @throws InterruptedIOException if it was cancelled
   */
  Source await() throws IOException, InterruptedException {
    try {
      return opened.get(limit, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new SourceException(
          Reason.UNREACHABLE, "%s: no connection within %s".formatted(name, Deadlines.text(limit)));
    } catch (CancellationException e) {
      throw new InterruptedIOException(name + ": nobody waits for it any more");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException world) {
        throw world;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(name + ": cannot be opened", cause);
    }
  }
}
