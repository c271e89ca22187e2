package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/** silu(gate) ⊙ up, the middle of a gated MLP (arXiv 2002.05202); both operands have one shape. */
public record SwiGlu() implements Composite {
  public static Tensor of(Tensor gate, Tensor up) {
    return gate.trace().composite(new SwiGlu(), List.of(gate, up)).get(0);
  }

  @Override
  public String name() {
    return "swiglu";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 2);
    Ops.sameDType(in, 0, 1);
    Ops.shape("up", in.get(1), in.get(0).shape());
    return List.of(in.get(0));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    Tensor gate = Ops.wide(in.get(0));
    Tensor y = gate.times(gate.sigmoid()).times(Ops.wide(in.get(1)));
    return List.of(y.cast(in.get(0).dtype()));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 6 * in.get(0).shape().size();
  }
}
