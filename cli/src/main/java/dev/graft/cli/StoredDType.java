package dev.graft.cli;

import dev.graft.api.tensor.DType;

/** The dtypes that weights are written in. */
enum StoredDType {
  FP32(DType.F32, "float32"),
  FP16(DType.F16, "float16"),
  BF16(DType.BF16, "bfloat16");

  private final DType dtype;
  private final String config;

  StoredDType(DType dtype, String config) {
    this.dtype = dtype;
    this.config = config;
  }

  DType dtype() {
    return dtype;
  }

  /** The name in {@code config.json}. */
  String config() {
    return config;
  }

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
