package dev.graft.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackerTest {
  private static List<int[]> bestFit(int[] lengths, int[] order, int capacity) {
    return Packer.bestFit(lengths, SharedPrefixes.none(lengths.length), order, capacity);
  }

  @Test
  void putsTheLongestFirstIntoTheFullestRowThatHasRoom() {
    // 7 and 6 open rows of 10; 4 goes to the room of exactly 4, 3 to that of exactly 3.
    List<int[]> rows = bestFit(new int[] {3, 7, 4, 6, 1}, new int[] {0, 1, 2, 3, 4}, 10);
    assertThat(rows).containsExactly(new int[] {1, 0}, new int[] {3, 2}, new int[] {4});
  }

  @Test
  void theOrderDecidesBetweenEqualLengths() {
    int[] lengths = {4, 4, 4};
    assertThat(bestFit(lengths, new int[] {2, 0, 1}, 8))
        .containsExactly(new int[] {2, 0}, new int[] {1});
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void losesNothingOverflowsNothingAndIsNearTheBound(long seed) {
    Random random = new Random(seed);
    int capacity = 16 + random.nextInt(500);
    int[] lengths =
        IntStream.range(0, 1 + random.nextInt(400))
            .map(i -> 1 + random.nextInt(capacity))
            .toArray();
    int[] order = Permutation.of(lengths.length, seed, 0, "test");
    List<int[]> rows = bestFit(lengths, order, capacity);
    assertThat(rows.stream().flatMapToInt(Arrays::stream).sorted().toArray())
        .isEqualTo(IntStream.range(0, lengths.length).toArray());
    for (int[] row : rows) {
      assertThat(Arrays.stream(row).map(i -> lengths[i]).sum()).isBetween(1, capacity);
    }
    // Best-fit decreasing needs at most 11/9 of the best packing and one row (Johnson 1973).
    double bound = Arrays.stream(lengths).sum() / (double) capacity;
    int large = (int) Arrays.stream(lengths).filter(l -> 2 * l > capacity).count();
    assertThat((double) rows.size()).isLessThanOrEqualTo(11 / 9.0 * Math.max(bound, large) + 12);
    int[] other = Permutation.of(lengths.length, seed + 100, 0, "test");
    assertThat(bestFit(lengths, other, capacity)).hasSameSizeAs(rows);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 100})
  void permutationsHoldEveryNumberOnce(int n) {
    int[] p = Permutation.of(n, 5, 1, "test");
    assertThat(Arrays.stream(p).sorted().toArray()).isEqualTo(IntStream.range(0, n).toArray());
    assertThat(Permutation.of(n, 5, 1, "test")).isEqualTo(p);
    if (n == 100) {
      assertThat(Permutation.of(n, 5, 2, "test")).isNotEqualTo(p);
      assertThat(Permutation.of(n, 6, 1, "test")).isNotEqualTo(p);
      assertThat(Permutation.of(n, 5, 1, "other")).isNotEqualTo(p);
    }
  }

  /** Over 40,000 seeds each of the 24 orders of 4 should come 1667 times; 5σ is about 200. */
  @Test
  void permutationsAreUniform() {
    int[] count = new int[256];
    for (int seed = 0; seed < 40_000; seed++) {
      int[] p = Permutation.of(4, seed, 0, "test");
      count[p[0] << 6 | p[1] << 4 | p[2] << 2 | p[3]]++;
    }
    assertThat(Arrays.stream(count).filter(c -> c > 0).boxed())
        .hasSize(24)
        .allSatisfy(c -> assertThat(c).isBetween(1467, 1867));
  }

  @Test
  void bucketsAreFewAndPadLeast() {
    assertThat(Buckets.choose(new int[] {1, 64, 65, 130}, 4096, 4)).containsExactly(64, 128, 192);
    assertThat(Buckets.choose(new int[] {5, 30}, 32, 4)).containsExactly(32);
    // Of one size too many, the one that costs least goes: 640 is needed only once.
    assertThat(Buckets.choose(new int[] {60, 60, 600, 640, 3000}, 4096, 3))
        .containsExactly(64, 640, 3008);
    assertThat(Buckets.choose(new int[] {60, 600, 3000}, 4096, 1)).containsExactly(3008);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void bucketsAreAsGoodAsTheBestOfAllChoices(long seed) {
    Random random = new Random(seed);
    int[] counts = IntStream.range(0, 30).map(i -> 1 + random.nextInt(512)).toArray();
    List<Integer> chosen = Buckets.choose(counts, 4096, 3);
    long best = Long.MAX_VALUE;
    for (int a = 64; a <= 512; a += 64) {
      for (int b = a; b <= 512; b += 64) {
        best = Math.min(best, padded(counts, List.of(a, b, 512)));
      }
    }
    assertThat(chosen.size()).isLessThanOrEqualTo(3);
    assertThat(padded(counts, chosen)).isLessThanOrEqualTo(best);
  }

  private static long padded(int[] counts, List<Integer> buckets) {
    return Arrays.stream(counts).mapToLong(c -> Buckets.of(buckets, c)).sum();
  }
}
