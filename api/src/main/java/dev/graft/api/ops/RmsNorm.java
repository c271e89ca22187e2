package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/**
 * y = x / √(mean(x²) + eps) ⊙ w over the last axis (arXiv 1910.07467, eq. 4); x is [.., c], w is
 * [c]. Statistics are computed in f32 for bf16.
 */
public record RmsNorm(double eps) implements Composite {
  public static Tensor of(Tensor x, Tensor weight, double eps) {
    return x.trace().composite(new RmsNorm(eps), List.of(x, weight)).get(0);
  }

  @Override
  public String name() {
    return "rms_norm";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 2);
    Ops.sameDType(in, 0, 1);
    Ops.shape("a norm weight", in.get(1), Shape.of(in.get(0).shape().dim(-1)));
    return List.of(in.get(0));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor x = Ops.wide(in.get(0));
    Tensor normed = x.times(x.square().meanKeep(-1).plus(eps).rsqrt());
    return List.of(normed.times(Ops.wide(in.get(1))).cast(in.get(0).dtype()));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 5 * in.get(0).shape().size();
  }
}
