package dev.graft.adapters.mora;

import dev.graft.api.tensor.Tensor;

/** How a square matrix M [r̂, r̂] stands for a change ΔW [k, d] of a weight. */
interface SquareMap {
  /**
   * y + x·ΔWᵀ, without making ΔW.
   *
   * @param y [n, k]
   * @param x [n, d], of y's dtype
   * @param m M, f32
   */
  Tensor added(Tensor y, Tensor x, Tensor m);

  /** ΔW [k, d], f32. */
  Tensor change(Tensor m);
}
