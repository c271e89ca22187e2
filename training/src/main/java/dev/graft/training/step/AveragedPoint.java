package dev.graft.training.step;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.graph.Expansion;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Puts the point at which a model is evaluated and saved in the place of the one at which it is
 * trained, for optimizers that tell them apart. The trained point is kept beside it meanwhile and
 * put back as it was, so that looking at a model does not change its training.
 */
public final class AveragedPoint {
  private final Backend backend;
  private final StepGraphs graphs;

  public AveragedPoint(Backend backend, StepGraphs graphs) {
    this.backend = backend;
    this.graphs = graphs;
  }

  /** Gives what a body makes while the trainables are at the point to evaluate. */
  public <T> T at(Supplier<T> body) {
    if (!graphs.optimizer().averages()) {
      return body.get();
    }
    for (Trainable t : graphs.model().trainables()) {
      HostTensor zeros = HostTensor.generate(DType.F32, t.type().shape(), i -> 0);
      backend.write(StepGraphs.keptVariable(t), zeros, DType.F32);
    }
    try (Executable enter = Expansion.compile(backend, graphs.toEvaluated());
        Executable leave = Expansion.compile(backend, graphs.toTrained())) {
      enter.run(Map.of());
      try {
        return body.get();
      } finally {
        leave.run(Map.of());
      }
    }
  }
}
