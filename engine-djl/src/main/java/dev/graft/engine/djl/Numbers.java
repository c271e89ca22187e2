package dev.graft.engine.djl;

import dev.graft.api.tensor.DType;

/** Facts about dtypes. */
final class Numbers {
  private Numbers() {}

  /** The dtype for statistics and losses: f32 for bf16, else unchanged. */
  static DType wide(DType d) {
    return d == DType.BF16 ? DType.F32 : d;
  }
}
