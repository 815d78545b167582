package dev.mien.command;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;

/**
 * Ctrl-C and SIGTERM. The first one ends the run in good order, after everything was written; a
 * second one ends it now.
 */
final class Signals {
  private static final int BASE = 128;

  private final AtomicInteger caught = new AtomicInteger();
  private final Runnable stop;

  /**
   * @param stop called once, from a thread of its own
   */
  Signals(Runnable stop) {
    this.stop = stop;
    listen("INT", () -> hear(2));
    listen("TERM", () -> hear(15));
  }

  /** SIGHUP, by which a service is told to read its configuration again. */
  void onHangUp(Runnable reload) {
    listen("HUP", reload);
  }

  /**
   * The JDK hears a second Ctrl-C in sun.misc.Signal only, which every JDK has and javac warns of;
   * named at run time, for here warnings are errors. Without it Ctrl-C ends the program at once.
   */
  private static void listen(String name, Runnable heard) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object listener =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                heard.run();
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), listener);
    } catch (ReflectiveOperationException e) {
      LoggerFactory.getLogger(Signals.class).debug("signals are the virtual machine's", e);
    }
  }

  private void hear(int number) {
    if (caught.compareAndSet(0, number)) {
      stop.run();
    } else {
      Runtime.getRuntime().halt(BASE + number);
    }
  }

  /** What the program ends with: 128 + the signal's number if one came. */
  int status(int otherwise) {
    int signal = caught.get();
    return signal == 0 ? otherwise : BASE + signal;
  }
}
