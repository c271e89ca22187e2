package dev.graft.api.adapter;

import dev.graft.api.ops.Dropout;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import java.util.Optional;

/** What an adapter sees while the forward pass of its site is traced. */
public interface AdapterContext {
  Site site();

  /** The site's input: [.., in] in the compute dtype; for an embedding the token ids, i64 [..]. */
  Tensor x();

  /** The output without the adapter, [.., out]; traced when first asked for. */
  Tensor baseOutput();

  /** The frozen weight, [out, in] (an embedding's is [in, out]), in the compute dtype. */
  Tensor weight();

  Optional<Tensor> bias();

  /** A parameter that the adapter declared, f32. */
  Tensor parameter(String name);

  /** A constant that the adapter declared, f32. */
  Tensor constant(String name);

  /** A tensor that the adapter's sites share, f32; only where the adapter declares one. */
  default Tensor shared(String name) {
    throw new IllegalStateException("expected no shared tensor to be asked for, received " + name);
  }

  /** True in training: dropout applies. */
  boolean training();

  /**
   * Noise in [0, 1), f32, distinct for every name, step and micro-batch; only in training.
   *
   * @param name what it is for, unique within the site
   */
  Tensor uniform(String name, Shape shape);

  /** x with a share p of its elements dropped in training, as {@link Dropout} does; else x. */
  default Tensor dropped(double p) {
    Tensor x = x();
    return p > 0 && training() ? Dropout.of(x, uniform("dropout", x.shape()), p) : x;
  }
}
