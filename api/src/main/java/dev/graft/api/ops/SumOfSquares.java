package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/** Σ x² over all elements, a scalar of the wide dtype (f32 for bf16), in which it is summed. */
public record SumOfSquares() implements Composite {
  public static Tensor of(Tensor x) {
    return x.trace().composite(new SumOfSquares(), List.of(x)).get(0);
  }

  @Override
  public String name() {
    return "sum_of_squares";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 1);
    Ops.sameDType(in, 0);
    return List.of(new TensorType(in.get(0).dtype().wide(), Shape.scalar()));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    return List.of(Ops.wide(in.get(0)).square().sum());
  }

  @Override
  public long flops(List<TensorType> in) {
    return 2 * in.get(0).shape().size();
  }
}
