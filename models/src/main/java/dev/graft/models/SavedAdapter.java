package dev.graft.models;

import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import java.util.Map;
import java.util.Set;

/**
 * A saved adapter laid onto a model.
 *
 * @param parameters its values by variable name, shared tensors among them, in the dtype that they
 *     are stored in
 * @param replacedWeights whole weights of the base model that it replaces, by name; often empty
 */
public record SavedAdapter(
    AdapterBinding binding,
    Map<String, HostTensor> parameters,
    Map<String, HostTensor> replacedWeights) {
  public SavedAdapter {
    parameters = Map.copyOf(parameters);
    replacedWeights = Map.copyOf(replacedWeights);
  }

  /** The base model's weights with those that the adapter replaces. */
  public Weights weights(Weights base) {
    return base.replacing(replacedWeights);
  }

  /**
   * Writes the parameters to a backend's variables, f32, and computes the adapter's constants. The
   * model's {@link #weights} must have been loaded before.
   *
   * @param compute the dtype that the weights were loaded in
   * @param compiler compiles for the same backend
   */
  public void load(CausalLm model, DType compute, Backend backend, GraphCompiler compiler) {
    parameters.forEach((variable, value) -> backend.write(variable, value, DType.F32));
    AdapterConstants.load(binding, model, compute, Set.of(), parameters, backend, compiler);
  }
}
