package dev.graft.models;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Trace;
import java.util.Optional;
import java.util.Set;

/**
 * A model in the form in which a backend holds its weights.
 *
 * @param model its architecture and weights
 * @param adapter what is laid onto it
 * @param compute the dtype of its passes, and of the weights that are not trained
 * @param trainable the names of weights that are trained themselves, which are kept in f32
 */
public record PlacedModel(
    CausalLm model, Optional<AdapterBinding> adapter, DType compute, Set<String> trainable) {
  public PlacedModel {
    trainable = Set.copyOf(trainable);
  }

  /** A model whose weights are all in the dtype of its passes. */
  public PlacedModel(CausalLm model, Optional<AdapterBinding> adapter, DType compute) {
    this(model, adapter, compute, Set.of());
  }

  /** Begins a pass. */
  public ForwardPass.Builder pass(Trace trace) {
    return ForwardPass.of(trace, model, compute).adapter(adapter).trainable(trainable);
  }
}
