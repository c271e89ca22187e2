package dev.graft.api.tensor;

import java.util.List;

/**
 * An operation defined by its decomposition in primitives. A backend that names the composite among
 * {@code Capabilities.fused()} receives it whole; for all others it is expanded first.
 * Implementations are records, so that equal operations on equal operands are computed once.
 */
public non-sealed interface Composite extends Op {
  /**
   * The types of the outputs.
   *
   * @throws dev.graft.api.error.GraftException where the operands do not fit
   */
  List<TensorType> infer(List<TensorType> inputs);

  /** The outputs computed from primitives and other composites. */
  List<Tensor> decompose(List<Tensor> inputs);

  /**
   * Floating-point operations of a direct implementation, counting a multiplication and an addition
   * as two; used for predictions and reports.
   */
  long flops(List<TensorType> inputs);
}
