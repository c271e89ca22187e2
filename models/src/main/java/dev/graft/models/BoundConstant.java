package dev.graft.models;

import dev.graft.api.adapter.ConstantSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.TensorType;

/**
 * A constant of an adapter at one site, and the variable that holds it.
 *
 * @param variable {@code constant.<site name>.<constant name>}
 */
public record BoundConstant(Site site, ConstantSpec spec, String variable) {
  /** The variable's type: always f32. */
  public TensorType type() {
    return new TensorType(DType.F32, spec.shape());
  }
}
