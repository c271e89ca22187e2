package dev.graft.api.tensor;

/**
 * Element types. {@link #F16} is a storage type only: weights may be read from it, no graph
 * computes in it.
 */
public enum DType {
  F64("f64", 8, true),
  F32("f32", 4, true),
  BF16("bf16", 2, true),
  F16("f16", 2, true),
  I64("i64", 8, false),
  BOOL("bool", 1, false);

  private final String text;
  private final int bytes;
  private final boolean floating;

  DType(String text, int bytes, boolean floating) {
    this.text = text;
    this.bytes = bytes;
    this.floating = floating;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** The dtype for statistics and losses: f32 for bf16, else unchanged. */
  public DType wide() {
    return this == BF16 ? F32 : this;
  }

  public boolean isFloating() {
    return floating;
  }

  @Override
  public String toString() {
    return text;
  }
}
