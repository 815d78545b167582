package dev.mien.sink;

/**
 * What a sink with keys or buttons may ask of the run. Callable from any thread; returns at once.
 */
public interface Controls {
  /** For sinks and runs without a person in front of them. */
  Controls NONE =
      new Controls() {
        @Override
        public void quit() {}

        @Override
        public void pause() {}
      };

  /** Ends the run as the end of the stream would. */
  void quit();

  /** Holds the run; the next call lets it go on. */
  void pause();
}
