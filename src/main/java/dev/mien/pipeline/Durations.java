package dev.mien.pipeline;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How long something took, over many times: counts in buckets, each of which reaches a fifth
 * further than the one before. So a quantile is at most a fifth too large, and never too small.
 *
 * @param counts for each bucket, how often it took as long as that
 * @param sum of all, nanoseconds
 */
public record Durations(List<Long> counts, long sum) {
  /** Everything up to this is one bucket: 0.1 ms. */
  private static final double SHORTEST = 1e5;

  private static final int BUCKETS_A_DOUBLING = 4;

  /** The last one takes what is longer than 75 s. */
  static final int BUCKETS = 80;

  /** Of what never happened. */
  public static final Durations NONE = new Durations(Collections.nCopies(BUCKETS, 0L), 0);

  public Durations {
    counts = List.copyOf(counts);
  }

  static int bucket(long nanos) {
    double doublings = Math.log(Math.max(nanos, 1) / SHORTEST) / Math.log(2);
    return (int) Math.min(BUCKETS - 1, Math.max(0, Math.ceil(doublings * BUCKETS_A_DOUBLING)));
  }

  /** The most that counts in each bucket, nanoseconds; the last one takes whatever is longer. */
  public static long longest(int bucket) {
    return Math.round(SHORTEST * Math.pow(2, (double) bucket / BUCKETS_A_DOUBLING));
  }

  /** How often. */
  public long count() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }

  /** How often it took at most this long, in nanoseconds; of the bucket it falls into, all. */
  public long atMost(long nanos) {
    return counts.subList(0, bucket(nanos) + 1).stream().mapToLong(Long::longValue).sum();
  }

  /**
   * The nanoseconds that this share did not exceed; 0 of none.
   *
   * @param share 0..1: 0.99 of the times it took no longer
   */
  public long quantile(double share) {
    long wanted = (long) Math.ceil(share * count());
    long seen = 0;
    for (int i = 0; i < counts.size(); i++) {
      seen += counts.get(i);
      if (seen >= wanted && seen > 0) {
        return longest(i);
      }
    }
    return 0;
  }

  /** What came after an earlier look at the same counts. */
  public Durations since(Durations earlier) {
    List<Long> more =
        IntStream.range(0, counts.size())
            .mapToObj(i -> counts.get(i) - earlier.counts.get(i))
            .toList();
    return new Durations(more, sum - earlier.sum);
  }
}
