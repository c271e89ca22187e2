package dev.graft.models;

import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.TensorType;

/**
 * A parameter of an adapter at one site, and the variable that holds it.
 *
 * @param variable {@code adapter.<site name>.<parameter name>}
 */
public record BoundParameter(Site site, ParameterSpec spec, String variable) {
  /** The variable's type: always f32. */
  public TensorType type() {
    return new TensorType(DType.F32, spec.shape());
  }
}
