package dev.graft.training.optim;

import dev.graft.api.tensor.Tensor;
import java.util.List;

/**
 * A rule that turns gradients into new parameters, traced into the step's graph; it keeps no state
 * of its own. Every parameter has the same state slots: f32 tensors of the parameter's shape that
 * start as zeros.
 */
public interface Optimizer {
  /** The names of the state slots of a parameter, for example {@code m} and {@code v}. */
  List<String> slots();

  /** The names of the scalars besides the learning rate that a step is fed. */
  List<String> scalars();

  /**
   * The values of {@link #scalars()} for a step, computed in double precision.
   *
   * @param step the optimizer step, from 1
   */
  List<Double> scalarsAt(long step);

  /**
   * Traces the update of one parameter.
   *
   * @param parameter p, f32 of any shape
   * @param state the slots' values before the step, in the order of {@link #slots()}
   * @param gradient the gradient, f32, of p's shape
   * @param learningRate f32 []
   * @param scalars f32 [] each, in the order of {@link #scalars()}
   * @return the new parameter followed by the new state
   */
  List<Tensor> update(
      Tensor parameter,
      List<Tensor> state,
      Tensor gradient,
      Tensor learningRate,
      List<Tensor> scalars);

  /** Whether the point to evaluate and save is another than the one to train at. */
  default boolean averages() {
    return false;
  }

  /**
   * Traces the value of a parameter to evaluate and save.
   *
   * @param parameter p after a step, f32 of any shape: where gradients are taken
   * @param state the slots' values after the step
   */
  default Tensor evaluated(Tensor parameter, List<Tensor> state) {
    return parameter;
  }
}
