package dev.graft.training.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses the few sizes to which numbers of targets are padded, since an engine compiles a graph
 * for every size.
 */
final class Buckets {
  private static final int UNIT = 64;

  private Buckets() {}

  /**
   * The sizes with the least padding in total.
   *
   * @param counts the numbers of targets, at least 1 each
   * @param limit no count is larger; neither is a bucket
   * @param most how many sizes there may be
   * @return ascending; multiples of 64, or the limit
   */
  static List<Integer> choose(int[] counts, int limit, int most) {
    int[] sizes =
        Arrays.stream(counts)
            .map(c -> Math.min(limit, (c + UNIT - 1) / UNIT * UNIT))
            .sorted()
            .toArray();
    int[] distinct = Arrays.stream(sizes).distinct().toArray();
    int n = distinct.length;
    long[] atMost = new long[n]; // how many counts need at most this size
    for (int i = 0, s = 0; i < n; i++) {
      while (s < sizes.length && sizes[s] == distinct[i]) {
        s++;
      }
      atMost[i] = s;
    }
    // cost[k][i]: the least sum of sizes for the first i + 1 distinct sizes with k + 1 buckets, the
    // last of which is distinct[i]
    int k = Math.min(most, n);
    long[][] cost = new long[k][n];
    int[][] before = new int[k][n];
    for (int b = 0; b < k; b++) {
      for (int i = 0; i < n; i++) {
        cost[b][i] = atMost[i] * distinct[i];
        before[b][i] = -1;
        for (int j = 0; b > 0 && j < i; j++) {
          long c = cost[b - 1][j] + (atMost[i] - atMost[j]) * distinct[i];
          if (c < cost[b][i]) {
            cost[b][i] = c;
            before[b][i] = j;
          }
        }
      }
    }
    List<Integer> out = new ArrayList<>();
    for (int b = k - 1, i = n - 1; i >= 0; i = before[b][i], b--) {
      out.add(0, distinct[i]);
      if (b == 0) {
        break;
      }
    }
    return List.copyOf(out);
  }

  /** The smallest bucket that holds a count. */
  static int of(List<Integer> buckets, int count) {
    return buckets.stream().filter(b -> b >= count).findFirst().orElseThrow();
  }
}
