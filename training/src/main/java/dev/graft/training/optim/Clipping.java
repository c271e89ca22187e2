package dev.graft.training.optim;

import dev.graft.api.ops.SumOfSquares;
import dev.graft.api.tensor.Tensor;
import java.util.List;

/** The norm of all gradients together, and clipping by it. */
public final class Clipping {
  private Clipping() {}

  /**
   * √Σ g² over all elements of all gradients, f32 [].
   *
   * @param gradients at least one; f32 of any shapes
   */
  public static Tensor globalNorm(List<Tensor> gradients) {
    Tensor sum = SumOfSquares.of(gradients.get(0));
    for (Tensor g : gradients.subList(1, gradients.size())) {
      sum = sum.plus(SumOfSquares.of(g));
    }
    return sum.sqrt();
  }

  /**
   * What every gradient is multiplied by so that their norm stays below a bound: min(1, max/(norm +
   * 1e-6)), as PyTorch's {@code clip_grad_norm_}.
   *
   * @param norm f32 []
   */
  public static Tensor scale(Tensor norm, double max) {
    return norm.trace().fill(max, norm.type()).div(norm.plus(1e-6)).minimum(1);
  }
}
