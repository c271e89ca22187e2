package dev.graft.models;

import dev.graft.api.adapter.Site;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings what an adapter does not train to the backend that holds the weights: its constants are
 * computed there, and its shared tensors drawn.
 */
public final class AdapterConstants {
  private AdapterConstants() {}

  /**
   * Computes all constants and leaves them in the backend's variables, where {@link ForwardPass}
   * reads them; draws the shared tensors as a new adapter's. Call it when the model's weights have
   * been loaded, and again whenever frozen weights change. Does nothing for an adapter with
   * neither.
   *
   * @param compute the dtype that the weights were loaded in
   * @param trainable names of the weights that are trained themselves; constants that follow from
   *     these are traced by the pass
   * @param compiler compiles for the same backend
   */
  public static void load(
      AdapterBinding binding,
      CausalLm model,
      DType compute,
      Set<String> trainable,
      Backend backend,
      GraphCompiler compiler) {
    load(binding, model, compute, trainable, Map.of(), backend, compiler);
  }

  /**
   * As above, for an adapter that has been saved.
   *
   * @param values the shared tensors by variable; those that it lacks are drawn
   */
  static void load(
      AdapterBinding binding,
      CausalLm model,
      DType compute,
      Set<String> trainable,
      Map<String, HostTensor> values,
      Backend backend,
      GraphCompiler compiler) {
    for (BoundShared s : binding.shared()) {
      HostTensor saved = values.get(s.variable());
      backend.write(s.variable(), saved == null ? s.spec().draw() : saved, DType.F32);
    }
    Map<String, Shape> shapes = new HashMap<>();
    model.weights().forEach(w -> shapes.put(w.name(), w.shape()));
    Trace trace = new Trace("constants");
    boolean any = false;
    for (Site site : binding.sites()) {
      String name = model.weight(site);
      Shape shape = shapes.get(name);
      if (shape == null) {
        throw new IllegalStateException("expected a weight behind every site, none at " + site);
      }
      List<BoundConstant> constants = binding.constants(site);
      if (constants.isEmpty() || trainable.contains(name)) {
        continue;
      }
      any = true;
      Tensor weight = trace.variable(name, new TensorType(compute, shape));
      for (BoundConstant c : constants) {
        HostTensor zeros = HostTensor.generate(DType.F32, c.spec().shape(), i -> 0);
        backend.write(c.variable(), zeros, DType.F32);
        trace.update(c.variable(), trace.at(site.name(), () -> c.spec().of(weight)));
      }
    }
    if (any) {
      try (Executable executable = compiler.compile(trace.build())) {
        executable.run(Map.of());
      }
    }
  }
}
