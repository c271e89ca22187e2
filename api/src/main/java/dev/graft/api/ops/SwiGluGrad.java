package dev.graft.api.ops;

import dev.graft.api.tensor.Composite;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/**
 * The gradients of {@link SwiGlu}: operands dy, gate, up; outputs d(gate) and d(up). With σ =
 * sigmoid(gate): d(up) = dy·gate·σ and d(gate) = dy·up·σ·(1 + gate·(1 − σ)).
 */
public record SwiGluGrad() implements Composite {
  public static List<Tensor> of(Tensor dy, Tensor gate, Tensor up) {
    return dy.trace().composite(new SwiGluGrad(), List.of(dy, gate, up));
  }

  @Override
  public String name() {
    return "swiglu_grad";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Ops.count(in, 3);
    Ops.sameDType(in, 0, 1, 2);
    Ops.shape("gate", in.get(1), in.get(0).shape());
    Ops.shape("up", in.get(2), in.get(0).shape());
    return List.of(in.get(0), in.get(0));
  }

  @Override
  public List<Tensor> decompose(List<Tensor> in) {
    DType d = in.get(0).dtype();
    Tensor dy = Ops.wide(in.get(0));
    Tensor gate = Ops.wide(in.get(1));
    Tensor s = gate.sigmoid();
    Tensor slope = s.times(gate.times(s.neg().plus(1)).plus(1));
    return List.of(
        dy.times(Ops.wide(in.get(2))).times(slope).cast(d), dy.times(gate.times(s)).cast(d));
  }

  @Override
  public long flops(List<TensorType> in) {
    return 12 * in.get(0).shape().size();
  }
}
