package dev.mien.command;

import java.io.IOException;
import java.util.function.Supplier;

/**
 * Names the flag in what is wrong with its value; whoever reads the value does not know of flags.
 */
final class Flag {
  private Flag() {}

  /** Work that may fail for a reason of the world's, too. */
  @FunctionalInterface
  interface Work<T> {
    T get() throws IOException;
  }

  static <T> T read(String flag, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw named(flag, e);
    }
  }

  static <T> T open(String flag, Work<T> work) throws IOException {
    try {
      return work.get();
    } catch (IllegalArgumentException e) {
      throw named(flag, e);
    }
  }

  private static IllegalArgumentException named(String flag, IllegalArgumentException e) {
    return new IllegalArgumentException(flag + ": " + e.getMessage(), e);
  }
}
