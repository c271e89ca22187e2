package dev.graft.training.data;

import dev.graft.api.ops.Noise;

/** Random orders that depend on nothing but the seed. */
final class Permutation {
  private Permutation() {}

  /** An order of 0 … n−1 (Fisher–Yates; a number below m is the top of 32 random bits times m). */
  static int[] of(int n, long seed, long epoch, String purpose) {
    long site = Noise.site(purpose);
    int[] out = new int[n];
    for (int i = 0; i < n; i++) {
      out[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = (int) ((Noise.bits(seed, epoch, 0, site, i) * (i + 1L)) >>> 32);
      int swapped = out[i];
      out[i] = out[j];
      out[j] = swapped;
    }
    return out;
  }
}
