package dev.graft.models;

import dev.graft.api.adapter.SharedSpec;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.TensorType;

/**
 * A frozen tensor that the sites of an adapter share, and the variable that holds it.
 *
 * @param variable {@code shared.<name>}
 */
public record BoundShared(SharedSpec spec, String variable) {
  /** The variable's type: always f32. */
  public TensorType type() {
    return new TensorType(DType.F32, spec.shape());
  }
}
