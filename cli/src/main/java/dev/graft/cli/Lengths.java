package dev.graft.cli;

import java.util.Arrays;

/** The lengths of many rows, in tokens. */
final class Lengths {
  private int[] values = new int[64];
  private int size;
  private boolean sorted;

  void add(int length) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = length;
    sorted = false;
  }

  int size() {
    return size;
  }

  long sum() {
    return Arrays.stream(values, 0, size).asLongStream().sum();
  }

  double mean() {
    return size == 0 ? 0 : Text.ratio(sum(), size);
  }

  /**
   * The smallest length that at least so many percent of the rows do not pass; the least of all for
   * 0, the greatest for 100. 0 without rows.
   */
  int percentile(int percent) {
    if (size == 0) {
      return 0;
    }
    sort();
    int rank = Math.toIntExact(((long) percent * size + 99) / 100);
    return values[Math.max(0, rank - 1)];
  }

  /** How many lengths lie in each of the bins of one width that begin at the least length. */
  int[] histogram(int bins) {
    int[] out = new int[bins];
    int width = binWidth(bins);
    int least = percentile(0);
    for (int i = 0; i < size; i++) {
      out[(values[i] - least) / width]++;
    }
    return out;
  }

  /** The width of such a bin, at least 1. */
  int binWidth(int bins) {
    return (percentile(100) - percentile(0)) / bins + 1;
  }

  private void sort() {
    if (!sorted) {
      Arrays.sort(values, 0, size);
      sorted = true;
    }
  }
}
