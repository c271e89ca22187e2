package dev.graft.models;

import dev.graft.api.tensor.Tensor;

/** Parts hidden states into attention heads, and joins them. */
final class Heads {
  private Heads() {}

  /** [b, t, n·d] → [b, n, t, d]. */
  static Tensor parted(Tensor x, int n) {
    return x.reshape(x.dim(0), x.dim(1), n, x.dim(2) / n).permute(0, 2, 1, 3);
  }

  /** [b, n, t, d] → [b, t, n·d]. */
  static Tensor joined(Tensor x) {
    return x.permute(0, 2, 1, 3).reshape(x.dim(0), x.dim(2), x.dim(1) * x.dim(3));
  }
}
