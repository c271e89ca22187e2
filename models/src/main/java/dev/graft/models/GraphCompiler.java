package dev.graft.models;

import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.Graph;

/**
 * Prepares a traced graph for the backend at hand: expands the composites that it does not fuse,
 * then compiles. A function, because expansion belongs to a module that models do not know.
 */
@FunctionalInterface
public interface GraphCompiler {
  /** The graph, ready to run; the caller closes it. */
  Executable compile(Graph graph);
}
