package dev.mien.classify;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/** Counts how many faces went through a network at once; from any thread. */
public final class BatchSizes {
  private final AtomicLongArray counts = new AtomicLongArray(OnnxClassifier.MAX_BATCH + 1);

  void add(int faces) {
    counts.incrementAndGet(faces);
  }

  /** How often it was as many faces as the place in the list says, from 0. */
  public List<Long> counts() {
    return IntStream.range(0, counts.length()).mapToObj(counts::get).toList();
  }
}
