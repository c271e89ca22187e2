package dev.graft.training.run;

import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.graph.Expansion;
import dev.graft.models.AdapterBinding;
import dev.graft.models.CausalLm;
import dev.graft.models.GraphCompiler;
import java.util.Optional;

/**
 * A model as a backend holds it, to be looked at: while it is trained, or as it was loaded.
 *
 * @param model its architecture and weights
 * @param adapter what is laid onto it
 * @param compute the dtype of its passes
 * @param backend holds the variables; only the thread that was given this may use it
 */
public record LiveModel(
    CausalLm model, Optional<AdapterBinding> adapter, DType compute, Backend backend) {
  /** Compiles for the backend. */
  public GraphCompiler compiler() {
    return graph -> Expansion.compile(backend, graph);
  }
}
