package dev.graft.api.adapter;

import dev.graft.api.tensor.Tensor;

/** What an adapter sees while the merge of its site is traced; everything is f32. */
public interface MergeContext {
  Site site();

  /** The weight to change, [out, in] (an embedding's is [in, out]). */
  Tensor weight();

  Tensor parameter(String name);
}
