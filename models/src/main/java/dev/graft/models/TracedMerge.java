package dev.graft.models;

import dev.graft.api.adapter.MergeContext;
import dev.graft.api.adapter.Site;
import dev.graft.api.tensor.Tensor;
import java.util.function.Function;

/** What an adapter sees while the merge of one site is traced. */
record TracedMerge(
    Site site, Tensor weight, Function<String, Tensor> parameters, Function<String, Tensor> sharing)
    implements MergeContext {
  @Override
  public Tensor parameter(String name) {
    return parameters.apply(name);
  }

  @Override
  public Tensor shared(String name) {
    return sharing.apply(name);
  }
}
