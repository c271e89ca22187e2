package dev.graft.models;

import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.Site;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The weights on a backend into which an adapter is merged again and again while a model is trained
 * (ReLoRA, arXiv 2307.05695). Their values are kept in f32, so that small changes add up: where the
 * passes compute in bf16, in variables of their own beside the rounded ones that the passes read.
 */
public final class MergedWeights {
  private final CausalLm model;
  private final DType compute;
  private final Map<String, TensorType> weights = new LinkedHashMap<>();

  /**
   * The weights of the sites that an adapter targets.
   *
   * @param compute the dtype of the frozen weights, f32 or bf16
   */
  public MergedWeights(CausalLm model, AdapterBinding binding, DType compute) {
    this.model = model;
    this.compute = compute;
    for (Site site : binding.sites()) {
      String name = model.weight(site);
      for (WeightSpec w : model.weights()) {
        if (w.name().equals(name)) {
          weights.put(name, new TensorType(DType.F32, w.shape()));
        }
      }
    }
  }

  /** The names of the weights with their types, all f32. */
  public Map<String, TensorType> types() {
    return Collections.unmodifiableMap(weights);
  }

  private String variable(String weight) {
    return compute == DType.F32 ? weight : "merged." + weight;
  }

  /** Before the first merge: brings the values as the model's folder has them, without rounding. */
  public void begin(Weights base, Backend backend) {
    if (compute != DType.F32) {
      weights.keySet().forEach(w -> backend.write(variable(w), base.tensor(w), DType.F32));
    }
  }

  /** A weight's value after the last merge, f32. */
  public HostTensor read(String weight, Backend backend) {
    return backend.read(variable(weight));
  }

  /** Puts a value in the place of a weight, also for the passes. */
  public void write(String weight, HostTensor value, Backend backend) {
    backend.write(variable(weight), value, DType.F32);
    if (compute != DType.F32) {
      backend.write(weight, value, compute);
    }
  }

  /**
   * Merges the adapter with the values that its variables have. Its constants follow from weights
   * and have to be computed anew ({@link AdapterConstants}).
   *
   * @param binding as the constructor's, perhaps of another kind
   * @param compiler compiles for the same backend
   */
  public void merge(AdapterBinding binding, GraphCompiler compiler) {
    for (Site site : binding.sites()) {
      String weight = model.weight(site);
      TensorType type = weights.get(weight);
      if (type == null) {
        throw new IllegalStateException("expected the sites of the first adapter, not " + site);
      }
      Trace trace = new Trace("merge " + site.name());
      MergeContext context =
          new TracedMerge(
              site,
              trace.variable(variable(weight), type),
              name -> {
                BoundParameter p = binding.parameter(site, name);
                return trace.variable(p.variable(), p.type());
              },
              name -> {
                BoundShared shared = binding.shared(site, name);
                return trace.variable(shared.variable(), shared.type());
              });
      Tensor merged = trace.at(site.name(), () -> binding.adapter().mergedWeight(context));
      trace.update(variable(weight), merged);
      if (compute != DType.F32) {
        trace.update(weight, merged.cast(compute));
      }
      try (Executable executable = compiler.compile(trace.build())) {
        executable.run(Map.of());
      }
    }
  }
}
