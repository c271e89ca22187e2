package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/**
 * y = (x − mean(x)) / √(var(x) + eps) ⊙ w + b over the last axis (arXiv 1607.06450); x is [.., c],
 * w and b are [c]. Statistics are computed in f32 for bf16.
 */
public record LayerNorm(double eps) implements Composite {
  public static Tensor of(Tensor x, Tensor weight, Tensor bias, double eps) {
    return x.trace().composite(new LayerNorm(eps), List.of(x, weight, bias)).get(0);
  }

  @Override
  public String name() {
    return "layer_norm";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 3);
    Ops.sameDType(in, 0, 1, 2);
    Shape c = Shape.of(in.get(0).shape().dim(-1));
    Ops.shape("a norm weight", in.get(1), c);
    Ops.shape("a norm bias", in.get(2), c);
    return List.of(in.get(0));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor x = Ops.wide(in.get(0));
    Tensor centred = x.minus(x.meanKeep(-1));
    Tensor normed = centred.times(centred.square().meanKeep(-1).plus(eps).rsqrt());
    Tensor y = normed.times(Ops.wide(in.get(1))).plus(Ops.wide(in.get(2)));
    return List.of(y.cast(in.get(0).dtype()));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 8 * in.get(0).shape().size();
  }
}
