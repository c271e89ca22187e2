package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/**
 * One AdamW update with decoupled weight decay (arXiv 1711.05101, algorithm 2). Operands: parameter
 * p, first moment m, second moment v and gradient g of one shape and dtype, then scalars lr, 1 −
 * β₁ᵗ and 1 − β₂ᵗ (computed on the host in double precision). Outputs p', m', v':
 *
 * <pre>
 * m' = β₁m + (1−β₁)g;  v' = β₂v + (1−β₂)g²;  p' = p·(1 − lr·λ) − lr/(1−β₁ᵗ) · m' / (√v'/√(1−β₂ᵗ) + ε)
 * </pre>
 */
public record AdamW(double beta1, double beta2, double eps, double weightDecay)
    implements Composite {
  /** The new parameter and moments. */
  public static List<Tensor> of(
      AdamW op,
      Tensor p,
      Tensor m,
      Tensor v,
      Tensor g,
      Tensor lr,
      Tensor correction1,
      Tensor correction2) {
    return p.trace().composite(op, List.of(p, m, v, g, lr, correction1, correction2));
  }

  @Override
  public String name() {
    return "adamw";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 7);
    Ops.sameDType(in, 0, 1, 2, 3, 4, 5, 6);
    for (int i = 1; i < 4; i++) {
      Ops.shape("operand " + i, in.get(i), in.get(0).shape());
    }
    for (int i = 4; i < 7; i++) {
      Ops.shape("operand " + i, in.get(i), Shape.scalar());
    }
    return List.of(in.get(0), in.get(0), in.get(0));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor p = in.get(0);
    Tensor g = in.get(3);
    Tensor lr = in.get(4);
    Tensor m = in.get(1).times(beta1).plus(g.times(1 - beta1));
    Tensor v = in.get(2).times(beta2).plus(g.square().times(1 - beta2));
    Tensor denominator = v.sqrt().div(in.get(6).sqrt()).plus(eps);
    Tensor kept = weightDecay == 0 ? p : p.times(lr.times(-weightDecay).plus(1));
    return List.of(kept.minus(m.div(denominator).times(lr.div(in.get(5)))), m, v);
  }

  @Override
  public long flops(List<TensorType> in) {
    return 14 * in.get(0).shape().size();
  }
}
