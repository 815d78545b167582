package dev.mien.source;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVFormatContext.Io_open_AVFormatContext_PointerPointer_BytePointer_int_PointerPointer;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB.Callback_Pointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * What FFmpeg asks while it works on a context: whether to stop, and whether to open an address. To
 * be closed after the context.
 *
 * <p>FFmpeg calls for as long as the process lives, and JavaCPP has room for a few callbacks of a
 * kind only: all contexts share them and are told apart by a number.
 */
final class AvCallbacks implements AutoCloseable {
  /** Who answers, from any thread of FFmpeg. */
  interface Owner {
    boolean stop();

    /** Of the stream itself, and of all that it names. */
    boolean mayOpen(String url);
  }

  private static final int NO_PERMISSION = -13;
  private static final ConcurrentHashMap<Long, Owner> OWNERS = new ConcurrentHashMap<>();
  private static final AtomicLong NUMBERS = new AtomicLong(1);
  private static volatile @Nullable
      Io_open_AVFormatContext_PointerPointer_BytePointer_int_PointerPointer
      usual;

  private static final Callback_Pointer STOP =
      new Callback_Pointer() {
        @Override
        public int call(Pointer number) {
          Owner owner = OWNERS.get(new LongPointer(number).get());
          return owner != null && owner.stop() ? 1 : 0;
        }
      };

  private static final Io_open_AVFormatContext_PointerPointer_BytePointer_int_PointerPointer OPEN =
      new Io_open_AVFormatContext_PointerPointer_BytePointer_int_PointerPointer() {
        @Override
        @SuppressWarnings("rawtypes")
        public int call(
            AVFormatContext context,
            PointerPointer opened,
            BytePointer url,
            int flags,
            PointerPointer options) {
          Pointer number = context.opaque();
          Owner owner =
              number == null || number.isNull() ? null : OWNERS.get(new LongPointer(number).get());
          var opener = usual;
          return opener == null || (owner != null && !owner.mayOpen(url.getString()))
              ? NO_PERMISSION
              : opener.call(context, opened, url, flags, options);
        }
      };

  private final LongPointer number = new LongPointer(1);

  AvCallbacks(AVFormatContext context, Owner owner) {
    number.put(NUMBERS.getAndIncrement());
    OWNERS.put(number.get(), owner);
    remember(context);
    context.opaque(number);
    context.io_open(OPEN);
    context.interrupt_callback().callback(STOP).opaque(number);
  }

  /** The same for all contexts; each look at it takes native memory. */
  private static synchronized void remember(AVFormatContext fresh) {
    if (usual == null) {
      usual = fresh.io_open();
    }
  }

  @Override
  public void close() {
    if (!number.isNull()) {
      OWNERS.remove(number.get());
      number.close();
    }
  }
}
