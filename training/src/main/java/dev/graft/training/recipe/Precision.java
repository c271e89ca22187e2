package dev.graft.training.recipe;

import dev.graft.api.tensor.DType;

/** What the frozen weights and the activations are computed in. */
public enum Precision {
  FP32(DType.F32),
  BF16(DType.BF16);

  private final DType dtype;

  Precision(DType dtype) {
    this.dtype = dtype;
  }

  public DType dtype() {
    return dtype;
  }
}
