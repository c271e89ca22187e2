package dev.graft.api.tensor;

import java.util.Objects;

/** A dtype and a concrete shape. */
public record TensorType(DType dtype, Shape shape) {
  public TensorType {
    Objects.requireNonNull(dtype, "dtype");
    Objects.requireNonNull(shape, "shape");
  }

  public static TensorType of(DType dtype, int... dims) {
    return new TensorType(dtype, Shape.of(dims));
  }

  /** The size of a dense value in bytes. */
  public long bytes() {
    return shape.size() * dtype.bytes();
  }

  @Override
  public String toString() {
    return dtype + shape.toString().replace(" ", "");
  }
}
