package dev.mien.sink;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB.Callback_Pointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/** Ends what FFmpeg waits for when a sink is closed, some tries after it was asked to. */
final class Interrupt implements AutoCloseable {
  /** FFmpeg asks ten times a second while it waits: a second for what is under way. */
  private static final int TRIES = 10;

  // JavaCPP has room for a few callbacks of a kind only, so all interrupts share one and are told
  // apart
  // by a number.
  private static final ConcurrentHashMap<Long, Interrupt> INTERRUPTS = new ConcurrentHashMap<>();
  private static final AtomicLong NUMBERS = new AtomicLong(1);

  private static final Callback_Pointer ASKED =
      new Callback_Pointer() {
        @Override
        public int call(Pointer number) {
          Interrupt interrupt = INTERRUPTS.get(new LongPointer(number).get());
          return interrupt != null && interrupt.pulled() ? 1 : 0;
        }
      };

  private final LongPointer number = new LongPointer(1);
  private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);

  Interrupt(AVFormatContext context) {
    number.put(NUMBERS.getAndIncrement());
    INTERRUPTS.put(number.get(), this);
    context.interrupt_callback().callback(ASKED).opaque(number);
  }

  private boolean pulled() {
    return left.get() < Long.MAX_VALUE && left.decrementAndGet() < 0;
  }

  void pullSoon() {
    left.set(TRIES);
  }

  /** After the context. */
  @Override
  public void close() {
    INTERRUPTS.remove(number.get());
    number.close();
  }
}
