package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/** exp(x − max) / Σ exp(x − max) over the last axis, computed in f32 for bf16. */
public record Softmax() implements Composite {
  public static Tensor of(Tensor x) {
    return x.trace().composite(new Softmax(), List.of(x)).get(0);
  }

  @Override
  public String name() {
    return "softmax";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 1);
    Ops.sameDType(in, 0);
    in.get(0).shape().axis(-1);
    return List.of(in.get(0));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor x = Ops.wide(in.get(0));
    Tensor e = x.minus(x.maxKeep(-1)).exp();
    return List.of(e.div(e.sumKeep(-1)).cast(in.get(0).dtype()));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 5 * in.get(0).shape().size();
  }
}
