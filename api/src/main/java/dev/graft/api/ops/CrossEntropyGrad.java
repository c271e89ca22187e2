package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import java.util.List;

/**
 * The gradient of {@link CrossEntropy} with respect to the logits: dnll_i · (softmax(logits_i) −
 * onehot(target_i)). Operands dnll [n], logits [n, v], targets i64 [n].
 */
public record CrossEntropyGrad() implements Composite {
  public static Tensor of(Tensor dnll, Tensor logits, Tensor targets) {
    return logits.trace().composite(new CrossEntropyGrad(), List.of(dnll, logits, targets)).get(0);
  }

  @Override
  public String name() {
    return "cross_entropy_grad";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 3);
    Ops.sameDType(in, 1);
    Ops.rank("logits [n, v]", in.get(1), 2);
    Shape n = Shape.of(in.get(1).shape().dim(0));
    Ops.dtype("dnll", in.get(0), in.get(1).dtype().wide());
    Ops.shape("dnll", in.get(0), n);
    Ops.dtype("targets", in.get(2), DType.I64);
    Ops.shape("targets", in.get(2), n);
    return List.of(in.get(1));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor logits = in.get(1);
    int n = logits.dim(0);
    int v = logits.dim(1);
    Trace t = logits.trace();
    Tensor p = Softmax.of(Ops.wide(logits));
    Tensor hit = t.iota(1, 1, v).equal(in.get(2).reshape(n, 1));
    Tensor one = t.fill(1, new TensorType(p.dtype(), Shape.scalar()));
    Tensor zero = t.fill(0, new TensorType(p.dtype(), Shape.scalar()));
    Tensor d = p.minus(hit.where(one, zero)).times(in.get(0).reshape(n, 1));
    return List.of(d.cast(logits.dtype()));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 7 * in.get(1).shape().size();
  }
}
