package dev.graft.api.adapter;

import dev.graft.api.tensor.Tensor;

/** What an adapter sees while the merge of its site is traced; everything is f32. */
public interface MergeContext {
  Site site();

  /** The weight to change, [out, in] (an embedding's is [in, out]). */
  Tensor weight();

  Tensor parameter(String name);

  /** A tensor that the adapter's sites share, f32; only where the adapter declares one. */
  default Tensor shared(String name) {
    throw new IllegalStateException("expected no shared tensor to be asked for, received " + name);
  }
}
