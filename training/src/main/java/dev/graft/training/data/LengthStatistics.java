package dev.graft.training.data;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How long examples are, in tokens, before anything is cut or left out.
 *
 * @param p50 half of the examples are at most this long
 * @param p90 nine in ten are
 * @param p99 99 in a hundred are
 * @param max the longest
 * @param histogram how many examples are longer than half the key and at most as long as the key, a
 *     power of two; from the first that has any to the last
 */
public record LengthStatistics(
    int p50, int p90, int p99, int max, Map<Integer, Integer> histogram) {
  public LengthStatistics {
    histogram = Collections.unmodifiableMap(new TreeMap<>(histogram));
  }

  /**
   * Counts up.
   *
   * @param counts how many examples have each length
   */
  static LengthStatistics of(SortedMap<Integer, Integer> counts) {
    if (counts.isEmpty()) {
      return new LengthStatistics(0, 0, 0, 0, Map.of());
    }
    SortedMap<Integer, Integer> histogram = new TreeMap<>();
    for (int b = bin(counts.firstKey()); b <= bin(counts.lastKey()) && b > 0; b *= 2) {
      histogram.put(b, 0);
    }
    counts.forEach((length, n) -> histogram.merge(bin(length), n, Integer::sum));
    return new LengthStatistics(
        percentile(counts, 50),
        percentile(counts, 90),
        percentile(counts, 99),
        counts.lastKey(),
        histogram);
  }

  /** The least power of two that is not below a length. */
  private static int bin(int length) {
    return length <= 1 ? 1 : Integer.highestOneBit(length - 1) << 1;
  }

  /** The least length that at least so many percent of the examples do not exceed. */
  private static int percentile(SortedMap<Integer, Integer> counts, int percent) {
    long all = counts.values().stream().mapToLong(Integer::longValue).sum();
    long wanted = (all * percent + 99) / 100;
    long seen = 0;
    for (Map.Entry<Integer, Integer> e : counts.entrySet()) {
      seen += e.getValue();
      if (seen >= wanted) {
        return e.getKey();
      }
    }
    return counts.lastKey();
  }
}
