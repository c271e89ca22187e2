package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/** x · sigmoid(x), also called swish; computed in f32 for bf16. */
public record Silu() implements Composite {
  public static Tensor of(Tensor x) {
    return x.trace().composite(new Silu(), List.of(x)).get(0);
  }

  @Override
  public String name() {
    return "silu";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 1);
    Ops.sameDType(in, 0);
    return List.of(in.get(0));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor x = Ops.wide(in.get(0));
    return List.of(x.times(x.sigmoid()).cast(in.get(0).dtype()));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 5 * in.get(0).shape().size();
  }
}
