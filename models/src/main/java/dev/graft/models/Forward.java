package dev.graft.models;

import dev.graft.api.adapter.Site;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;

/**
 * What a {@link CausalLm} sees while its forward pass is traced: weights, layers with their
 * adapters, and the keys and values to attend to.
 */
public interface Forward {
  Trace trace();

  /** The dtype that the pass is computed in: f32 or bf16. */
  DType dtype();

  /** A weight in the compute dtype. */
  Tensor weight(String name);

  /** The output [.., out] of a linear layer or the head for x [.., in], with its adapter if any. */
  Tensor linear(Site site, Tensor x);

  /** Rows [.., c] of an embedding for ids i64 [..], with its adapter if any. */
  Tensor embedding(Site site, Tensor ids);

  /**
   * The keys and values that a layer attends to, given those of the tokens at hand, [b, g, t, d]
   * each (already rotated): the same in training and scoring, the whole cache in decoding.
   */
  KeysValues attend(int layer, Tensor k, Tensor v);

  /**
   * Says what enters the first block, what is between two, and what leaves the last: all that
   * training keeps of the blocks where it is to save memory.
   */
  void checkpoint(Tensor x);

  /** Whether dropout applies. */
  boolean training();
}
