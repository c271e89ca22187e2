package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/**
 * The gradient of {@link RmsNorm} with respect to x. Operands dy [.., c], x [.., c], w [c]; with ρ
 * = 1/√(mean(x²) + eps) and g = dy ⊙ w it is ρ·g − x·ρ³·mean(g ⊙ x).
 */
public record RmsNormGrad(double eps) implements Composite {
  public static Tensor of(Tensor dy, Tensor x, Tensor weight, double eps) {
    return x.trace().composite(new RmsNormGrad(eps), List.of(dy, x, weight)).get(0);
  }

  @Override
  public String name() {
    return "rms_norm_grad";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 3);
    Ops.sameDType(in, 0, 1, 2);
    Ops.shape("dy", in.get(0), in.get(1).shape());
    Ops.shape("a norm weight", in.get(2), Shape.of(in.get(1).shape().dim(-1)));
    return List.of(in.get(1));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor x = Ops.wide(in.get(1));
    Tensor g = Ops.wide(in.get(0)).times(Ops.wide(in.get(2)));
    Tensor rho = x.square().meanKeep(-1).plus(eps).rsqrt();
    Tensor xhat = x.times(rho);
    Tensor dx = g.minus(xhat.times(g.times(xhat).meanKeep(-1))).times(rho);
    return List.of(dx.cast(in.get(1).dtype()));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 10 * in.get(1).shape().size();
  }
}
