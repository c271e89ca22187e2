package dev.graft.training.run;

import dev.graft.api.backend.Backend;
import dev.graft.graph.Expansion;
import dev.graft.models.GraphCompiler;
import dev.graft.models.PlacedModel;

/**
 * A model as a backend holds it, to be looked at: while it is trained, or as it was loaded.
 *
 * @param placed the model, its adapter and how its weights are kept
 * @param backend holds the variables; only the thread that was given this may use it
 */
public record LiveModel(PlacedModel placed, Backend backend) {
  /** Compiles for the backend. */
  public GraphCompiler compiler() {
    return graph -> Expansion.compile(backend, graph);
  }
}
