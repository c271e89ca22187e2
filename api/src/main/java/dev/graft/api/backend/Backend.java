package dev.graft.api.backend;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;

/**
 * A device that holds named variables and runs graphs. Training, evaluation and generation are all
 * graphs; a backend computes nothing else and needs no gradients of its own.
 *
 * <p>A backend and its executables are used by one thread at a time. Every call after {@link
 * #close()} fails with {@code backend.closed}.
 */
public interface Backend extends AutoCloseable {
  /** What this backend is and can do. */
  Capabilities capabilities();

  /**
   * Creates a variable or gives it a new value. Where {@code storedAs} differs from the value's
   * dtype the backend converts, rounding to nearest even. A variable keeps its type: writing
   * another type under the same name replaces it only when no open executable uses it, and fails
   * with {@code backend.variable} otherwise.
   *
   * @param storedAs one of {@link Capabilities#dtypes()}, else {@code backend.unsupported}
   */
  void write(String variable, HostTensor value, DType storedAs);

  /**
   * A copy of a variable's value, in its stored dtype; {@code backend.variable} when it was never
   * written.
   */
  HostTensor read(String variable);

  /** Drops a variable and its memory; no open executable may use it. Unknown names are ignored. */
  void release(String variable);

  /**
   * Prepares a graph. All variables that the graph reads must have been written with the graph's
   * types, else {@code backend.variable}; a dtype outside {@link Capabilities#dtypes()} fails with
   * {@code backend.unsupported}. Composites outside {@link Capabilities#fused()} must have been
   * expanded, else {@code backend.unsupported}.
   */
  Executable compile(Graph graph);

  @Override
  void close();
}
