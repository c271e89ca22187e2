package dev.graft.api.ops;

import dev.graft.api.tensor.Tensor;

/** Dropout (arXiv 1207.0580) from a run's noise, alike on every engine. */
public final class Dropout {
  /** Noise has 24 bits: a threshold on their grid drops the same elements in every precision. */
  private static final double NOISE_GRID = 0x1p24;

  private Dropout() {}

  /**
   * x with a share p of its elements zeroed and the others scaled by 1/(1−p).
   *
   * @param uniform noise in [0, 1), f32, of x's shape: elements below p are dropped
   * @param p in [0, 1)
   */
  public static Tensor of(Tensor x, Tensor uniform, double p) {
    Tensor threshold = x.trace().fill(Math.rint(p * NOISE_GRID) / NOISE_GRID, uniform.type());
    return uniform.less(threshold).where(x.trace().zeros(x.type()), x.times(1 / (1 - p)));
  }
}
