package com.example.graft;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterContext;
import dev.graft.api.adapter.Initializer;
import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.SavedConfig;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.adapter.TargetModules;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Linear;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scales every row of a weight by a trained factor, in the manner of (IA)³ (arXiv 2205.05638):
 *
 * <pre>
 *   y = y₀ + s ⊙ (W·x),  s [out] starting at zero
 * </pre>
 *
 * <p>so that the merged weight is diag(1 + s)·W, and a bias stays as it is.
 */
final class RowScaleAdapter implements Adapter {
  static final String TYPE = "ROW_SCALE";
  private static final String S = "scale";

  private final RowScaleConfig config;

  RowScaleAdapter(RowScaleConfig config) {
    this.config = config;
  }

  @Override
  public TargetModules targets() {
    return config.targetModules();
  }

  @Override
  public List<ParameterSpec> parameters(Site site) {
    if (site.kind() == SiteKind.EMBEDDING) {
      throw new GraftException(
          ErrorCode.ADAPTER_UNSUPPORTED,
          "expected a linear module or the head for the row-scale adapter, received the embedding '"
              + site.name()
              + "'; take it out of target_modules");
    }
    return List.of(new ParameterSpec(S, Shape.of(site.out()), Initializer.zeros()));
  }

  @Override
  public Tensor forward(AdapterContext context) {
    Tensor x = context.x();
    Tensor product = Linear.of(x, context.weight(), null);
    return context.baseOutput().plus(product.times(context.parameter(S).cast(x.dtype())));
  }

  @Override
  public Tensor mergedWeight(MergeContext context) {
    Tensor s = context.parameter(S).reshape(context.site().out(), 1);
    return context.weight().plus(context.weight().times(s));
  }

  @Override
  public Map<String, Object> savedConfig() {
    return new SavedConfig(TYPE)
        .targets(config.targetModules(), Optional.empty(), List.of())
        .toMap();
  }
}
