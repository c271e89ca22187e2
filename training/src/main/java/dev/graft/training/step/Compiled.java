package dev.graft.training.step;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.Graph;
import dev.graft.graph.Expansion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The compiled graphs of one kind, one for every batch shape; the least recently used ones go. */
final class Compiled implements AutoCloseable {
  /** A plan pads its targets to at most four sizes; twice as many leaves room for evaluation. */
  private static final int MOST = 8;

  private final Backend backend;
  private final Function<BatchShape, Graph> trace;
  private final Map<BatchShape, Executable> executables = new LinkedHashMap<>(16, 0.75f, true);

  Compiled(Backend backend, Function<BatchShape, Graph> trace) {
    this.backend = backend;
    this.trace = trace;
  }

  Executable get(BatchShape shape) {
    Executable known = executables.get(shape);
    if (known != null) {
      return known;
    }
    if (executables.size() == MOST) {
      BatchShape eldest = executables.keySet().iterator().next();
      Executable evicted = executables.remove(eldest);
      if (evicted != null) {
        evicted.close();
      }
    }
    Executable made = Expansion.compile(backend, trace.apply(shape));
    executables.put(shape, made);
    return made;
  }

  int size() {
    return executables.size();
  }

  @Override
  public void close() {
    executables.values().forEach(Executable::close);
    executables.clear();
  }
}
