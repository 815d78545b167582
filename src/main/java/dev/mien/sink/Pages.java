package dev.mien.sink;

import java.io.IOException;

/** Who shows sources on a page; the sinks do not know how. */
@FunctionalInterface
public interface Pages {
  /** Where there is no page. */
  Pages NONE =
      (address, source) -> {
        throw new IllegalArgumentException(address + ": only watch shows a page");
      };

  /**
   * Shows one more source there.
   *
   * @param source its name, free of credentials
   * @throws IllegalArgumentException if it cannot be for a reason that the user can mend: a port
   *     that is taken, an address that is not this machine's
   */
  Sink open(SinkAddress.Http address, String source) throws IOException;
}
