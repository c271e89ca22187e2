package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/**
 * nll_i = logsumexp(logits_i) − logits_i[target_i]; logits are [n, v], targets i64 [n]; the result
 * [n] is f32 for bf16 logits.
 */
public record CrossEntropy() implements Composite {
  public static Tensor of(Tensor logits, Tensor targets) {
    return logits.trace().composite(new CrossEntropy(), List.of(logits, targets)).get(0);
  }

  @Override
  public String name() {
    return "cross_entropy";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 2);
    Ops.sameDType(in, 0);
    Ops.rank("logits [n, v]", in.get(0), 2);
    Ops.dtype("targets", in.get(1), DType.I64);
    Shape n = Shape.of(in.get(0).shape().dim(0));
    Ops.shape("targets", in.get(1), n);
    return List.of(new TensorType(in.get(0).dtype().wide(), n));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor z = Ops.wide(in.get(0));
    Tensor shifted = z.minus(z.maxKeep(-1));
    Tensor nll = shifted.exp().sum(-1).log().minus(Ops.pick(shifted, in.get(1)));
    return List.of(nll);
  }

  @Override
  public long flops(List<TensorType> in) {
    return 5 * in.get(0).shape().size();
  }
}
